//! Group keys: which ones may open a session with a peer (docs/spec/nearlink.md#key-candidates), and their stretched forms, computed once, shared, and wiped when the key goes.

use std::sync::{Arc, OnceLock};

use base::sync::Mutex;
use zeroize::Zeroizing;

use crate::find::packet;
use crate::noise::{self, Psk};
use crate::view::View;

/// Most candidates for one peer.
pub const MAX_CANDIDATES: usize = 16;
/// Longest key in bytes.
pub const MAX_KEY: usize = 256;
/// Stretched keys kept that no session and no group of the view uses.
const MAX_UNUSED: usize = 64;

/// A key's bytes, wiped on drop.
pub type KeyText = Zeroizing<Vec<u8>>;

/// Keys as one text, joined by commas; empty for none. Each call of `keys` gives the same.
pub fn join<'a, I: Iterator<Item = &'a [u8]>>(keys: impl Fn() -> I) -> KeyText {
    let length = keys().map(|key| key.len() + 1).sum();
    let mut joined = KeyText::new(Vec::with_capacity(length)); // growing would leave an unwiped copy
    for key in keys() {
        if !joined.is_empty() {
            joined.push(b',');
        }
        joined.extend_from_slice(key);
    }
    joined
}

/// Collects candidates in order, each once.
pub struct Candidates {
    shortest: usize,
    keys: Vec<KeyText>,
}

impl Candidates {
    pub fn new(shortest: usize) -> Self {
        Candidates {
            shortest,
            keys: Vec::new(),
        }
    }

    /// Adds the keys of one answer, which are joined by commas.
    pub fn add_joined(&mut self, answer: &[u8]) {
        for key in answer.split(|&b| b == b',') {
            self.add(key);
        }
    }

    /// Adds one key if it is usable.
    pub fn add(&mut self, key: &[u8]) {
        let usable = (self.shortest..=MAX_KEY).contains(&key.len()) && key != b"-1";
        if usable && self.keys.len() < MAX_CANDIDATES && !self.keys.iter().any(|k| ***k == *key) {
            self.keys.push(KeyText::new(key.to_vec()));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub fn contains(&self, key: &[u8]) -> bool {
        self.keys.iter().any(|k| ***k == *key)
    }

    pub fn into_keys(self) -> Vec<KeyText> {
        self.keys
    }
}

/// A key and, once somebody needed it, its stretched form.
pub struct Stretched {
    key: KeyText,
    psk: OnceLock<Psk>,
    finding: OnceLock<Option<Arc<packet::Keys>>>,
}

impl Stretched {
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The stretched form; the first call takes tens of milliseconds, others at the same time wait for it.
    pub fn psk(&self) -> &Psk {
        self.psk.get_or_init(|| noise::stretch(&self.key))
    }

    /// What it gives for finding members; `None` unless it is stretched already.
    pub fn for_finding(&self) -> Option<Arc<packet::Keys>> {
        let psk = self.ready()?;
        self.finding
            .get_or_init(|| packet::Keys::new(psk).map(Arc::new))
            .clone()
    }

    /// The stretched form if it is there already.
    pub fn ready(&self) -> Option<&Psk> {
        self.psk.get()
    }
}

/// The stretched keys in use.
#[derive(Default)]
pub struct Cache(Mutex<Vec<Arc<Stretched>>>);

impl Cache {
    pub fn get(&self, key: &[u8]) -> Arc<Stretched> {
        let mut all = self.0.lock();
        if let Some(known) = all.iter().find(|s| s.key() == key) {
            return Arc::clone(known);
        }
        if all.iter().filter(|s| Arc::strong_count(s) == 1).count() >= MAX_UNUSED {
            all.retain(|s| Arc::strong_count(s) > 1);
        }
        let fresh = Arc::new(Stretched {
            key: KeyText::new(key.to_vec()),
            psk: OnceLock::new(),
            finding: OnceLock::new(),
        });
        all.push(Arc::clone(&fresh));
        fresh
    }

    /// Wipes what neither a session nor the view uses.
    pub fn retain_used(&self, view: &View) {
        self.0
            .lock()
            .retain(|s| Arc::strong_count(s) > 1 || view.has_key(s.key()));
    }

    pub fn len(&self) -> usize {
        self.0.lock().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::tests::bus;

    #[test]
    fn candidates() {
        let mut c = Candidates::new(16);
        c.add_joined(b"short,-1,,0123456789abcdef,0123456789abcdef,ABCDEFGHIJKLMNOPQRST");
        c.add(&[b'k'; 257]);
        c.add(&[b'k'; 256]);
        let keys: Vec<_> = c.into_keys().iter().map(|k| k.len()).collect();
        assert_eq!(keys, [16, 20, 256]);
        let mut many = Candidates::new(8);
        for n in 0..40 {
            many.add(format!("key number {n:02}").as_bytes());
        }
        assert_eq!(many.into_keys().len(), MAX_CANDIDATES);
    }

    #[test]
    fn cache_shares_and_forgets() {
        let cache = Cache::default();
        let a = cache.get(b"0123456789abcdef");
        assert!(Arc::ptr_eq(&a, &cache.get(b"0123456789abcdef")));
        assert!(a.ready().is_none());
        cache.get(b"key of a bus 123");
        cache.get(b"key of nothing 1");
        let view = View {
            buses: vec![bus("1", "key of a bus 123", &[])],
        };
        cache.retain_used(&view);
        assert_eq!(cache.len(), 2);
        drop(a);
        cache.retain_used(&View::default());
        assert!(cache.is_empty());
    }
}
