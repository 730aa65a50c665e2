//! Restarts, torn tails, damage and full disks.

use proptest::prelude::*;

use std::path::Path;

use super::*;
use crate::transport::message::Properties;

fn options(directory: &Path) -> Options {
    Options {
        directory: directory.to_path_buf(),
        sync: SpoolSync::Never,
        bytes: 1 << 20,
    }
}

fn message(n: usize) -> Publish {
    Publish::new("$oc/devices/d/user/t", n.to_string(), 1, 7)
}

fn payloads(opened: &Opened) -> Vec<usize> {
    let number = |publish: &Publish| std::str::from_utf8(&publish.payload).unwrap().parse().unwrap();
    opened.messages.iter().map(|found| number(&found.publish)).collect()
}

/// Opens anew as after the end of the process: without the tidying of a regular end.
fn restart(spool: Spool, options: &Options) -> Opened {
    let mut spool = spool;
    spool.live.insert(u64::MAX, 0); // keeps the files
    drop(spool);
    Spool::open(options, "dev").unwrap()
}

#[test]
fn records_keep_everything_but_context_and_alias() {
    let mut publish = message(5);
    publish.qos = 2;
    publish.properties = Some(Box::new(Properties {
        user: vec![("a".into(), "b".into()), (String::new(), "ü".into())],
        content_type: Some("json".into()),
        response_topic: None,
        correlation_data: Some(vec![0, 255].into()),
        topic_alias: Some(3),
    }));
    let at = Stamp::now(stamp::boot());
    let bytes = record::accepted(9, &publish, at).unwrap();
    publish.context = 0;
    publish.properties.as_mut().unwrap().topic_alias = None;
    assert_eq!(
        record::next(&bytes),
        Next::Record(
            Record::Accepted {
                key: 9,
                publish,
                at: Some(at)
            },
            bytes.len()
        )
    );
    for end in 0..bytes.len() {
        assert_eq!(record::next(&bytes[..end]), Next::End, "{end}");
    }
    assert_eq!(record::next(&[0; 64]), Next::End);
}

/// What versions without times wrote.
#[test]
fn records_without_a_time_are_read() {
    let mut body = vec![1];
    body.extend_from_slice(&5u64.to_le_bytes());
    body.extend_from_slice(&[1, 1, 0, 0, 0, b't', 0, b'x']);
    let mut bytes = (body.len() as u32).to_le_bytes().to_vec();
    bytes.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
    bytes.extend_from_slice(&body);
    let publish = Publish::new("t", "x", 1, 0);
    assert_eq!(
        record::next(&bytes),
        Next::Record(
            Record::Accepted {
                key: 5,
                publish,
                at: None
            },
            bytes.len()
        )
    );
}

#[test]
fn what_is_found_knows_its_age() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path());
    let mut spool = Spool::open(&options, "dev").unwrap().spool;
    spool.accept(&message(1)).unwrap();
    std::thread::sleep(Duration::from_millis(30));
    let opened = restart(spool, &options);
    let age = opened.messages[0].age;
    assert!(
        age >= Duration::from_millis(30) && age < Duration::from_secs(20),
        "{age:?}"
    );
}

proptest! {
    #[test]
    fn whatever_ended_is_gone_and_the_rest_comes_back_in_order(
        steps in prop::collection::vec((0usize..4, any::<prop::sample::Index>()), 1..300),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { bytes: 64 << 10, ..options(dir.path()) };
        let mut spool = Spool::open(&options, "dev").unwrap().spool;
        let mut model: Vec<(u64, usize)> = Vec::new();
        for (n, (what, which)) in steps.iter().enumerate() {
            match what {
                0 | 1 => model.push((spool.accept(&message(n)).unwrap(), n)),
                2 if !model.is_empty() => {
                    let (key, _) = model.remove(which.index(model.len()));
                    spool.ended(&[key]);
                }
                3 if n % 10 == 0 => {
                    let opened = restart(spool, &options);
                    let keys: Vec<u64> = opened.messages.iter().map(|found| found.key).collect();
                    prop_assert_eq!(keys, model.iter().map(|(key, _)| *key).collect::<Vec<_>>());
                    prop_assert_eq!(payloads(&opened), model.iter().map(|(_, n)| *n).collect::<Vec<_>>());
                    prop_assert_eq!(opened.unreadable, 0);
                    spool = opened.spool;
                }
                _ => {}
            }
        }
    }

    #[test]
    fn arbitrary_bytes_are_no_reason_to_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let dir = tempfile::tempdir().unwrap();
        let device = dir.path().join("dev");
        std::fs::create_dir(&device).unwrap();
        std::fs::write(device.join("00000000000000000001.log"), &bytes).unwrap();
        let opened = Spool::open(&options(dir.path()), "dev").unwrap();
        prop_assert!(opened.messages.is_empty());
    }
}

#[test]
fn a_torn_tail_costs_only_itself_and_damage_only_its_record() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path());
    let mut spool = Spool::open(&options, "dev").unwrap().spool;
    for n in 0..3 {
        spool.accept(&message(n)).unwrap();
    }
    let file = spool.folder.path().join("00000000000000000001.log");
    let opened = restart(spool, &options);
    assert_eq!(payloads(&opened), [0, 1, 2]);
    let whole = std::fs::read(&file).unwrap();
    let size = whole.len() / 3;

    std::fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    let opened = restart(opened.spool, &options);
    assert_eq!((payloads(&opened), opened.unreadable), (vec![0, 1], size as u64 - 1));

    let mut damaged = whole.clone();
    damaged[size + 20] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    let mut opened = restart(opened.spool, &options);
    assert_eq!((payloads(&opened), opened.unreadable), (vec![0, 2], size as u64));
    let key = opened.spool.accept(&message(3)).unwrap();
    assert_eq!(key, 4, "no key is given twice");
    let opened = restart(opened.spool, &options);
    assert_eq!(payloads(&opened), [0, 2, 3]);
}

#[test]
fn files_fall_away_and_the_size_limit_holds() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        bytes: 64 << 10,
        ..options(dir.path())
    };
    let mut spool = Spool::open(&options, "dev").unwrap().spool;
    for n in 0..20_000 {
        let key = spool.accept(&message(n)).unwrap();
        spool.ended(&[key]);
        assert!(spool.segments.len() <= 2);
    }
    let mut keys = Vec::new();
    while let Some(key) = spool.accept(&message(0)) {
        keys.push(key);
    }
    assert!(matches!(spool.take_news(), Some(News::Failing(why)) if why.contains("size limit of 65536 bytes")));
    assert!(
        spool.accept(&message(0)).is_none() && spool.take_news().is_none(),
        "said once"
    );
    assert!(keys.len() > 800 && spool.size <= options.bytes);
    spool.ended(&keys);
    assert!(spool.accept(&message(1)).is_some());
    assert_eq!(spool.take_news(), Some(News::Recovered));
    let opened = restart(spool, &options);
    assert_eq!(payloads(&opened), [1]);
}

#[test]
fn a_disk_that_takes_nothing_is_survived() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path());
    let mut spool = Spool::open(&options, "dev").unwrap().spool;
    let first = spool.accept(&message(1)).unwrap();
    let second = spool.accept(&message(2)).unwrap();
    let good = std::mem::replace(
        &mut spool.file,
        Arc::new(File::open(spool.folder.path().join("00000000000000000001.log")).unwrap()),
    );
    assert!(spool.accept(&message(3)).is_none());
    assert!(matches!(spool.take_news(), Some(News::Failing(_))));
    spool.torn = false;
    spool.ended(&[first]);
    assert_eq!(spool.unwritten, [first]);
    spool.torn = false;
    spool.file = good;
    spool.ended(&[second]);
    assert!(spool.unwritten.is_empty() && spool.take_news().is_none());
    spool.accept(&message(4)).unwrap();
    assert_eq!(spool.take_news(), Some(News::Recovered));
    assert_eq!(payloads(&restart(spool, &options)), [4]);
}

#[test]
fn one_user_at_a_time_and_nothing_left_behind() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        sync: SpoolSync::Interval,
        ..options(dir.path())
    };
    let mut spool = Spool::open(&options, "../d/ü").unwrap().spool;
    assert!(Spool::open(&options, "../d/ü").is_err());
    assert!(Spool::open(&options, "other").is_ok());
    let key = spool.accept(&message(1)).unwrap();
    assert!(spool.unsynced() && spool.sync_interval().is_some() && spool.sync_interval().is_none());
    spool.ended(&[key]);
    drop(spool);
    let names: Vec<_> = std::fs::read_dir(dir.path().join("%2E%2E%2Fd%2F%C3%BC"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["lock"]);
}

#[test]
fn what_others_planted_is_neither_followed_nor_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let options = options(dir.path());
    let mut opened = Spool::open(&options, "dev").unwrap();
    opened.spool.accept(&message(1)).unwrap();
    let device = opened.spool.folder.path().to_owned();
    let at = |name: &str| device.join(name);
    std::fs::write(dir.path().join("elsewhere"), "kept").unwrap();
    std::fs::write(at("5.log"), "not a segment").unwrap();
    std::os::unix::fs::symlink(dir.path().join("elsewhere"), at("00000000000000000002.log")).unwrap();
    let pipe = at("00000000000000000003.log");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let sparse = File::create(at("00000000000000000004.log")).unwrap();
    sparse.set_len(3 << 30).unwrap();
    std::fs::write(at("18446744073709551615.log"), "the last number").unwrap();

    let opened = restart(opened.spool, &options);
    assert_eq!(payloads(&opened), [1]);
    let Opened {
        mut spool, messages, ..
    } = opened;
    spool.accept(&message(2)).unwrap();
    spool.ended(&[messages[0].key]);
    assert_eq!(payloads(&restart(spool, &options)), [2]);
    assert_eq!(std::fs::read(dir.path().join("elsewhere")).unwrap(), b"kept");
    assert!(at("5.log").exists() && pipe.exists() && at("18446744073709551615.log").exists());
}

#[test]
fn messages_beyond_a_lower_limit_wait_for_a_higher_one() {
    let dir = tempfile::tempdir().unwrap();
    let high = Options {
        bytes: 64 << 20,
        ..options(dir.path())
    };
    let mut spool = Spool::open(&high, "dev").unwrap().spool;
    let large = || Publish::new("t", vec![b'1'; 1 << 20], 1, 7);
    assert!((0..40).all(|_| spool.accept(&large()).is_some()));
    let low = Options {
        bytes: 1 << 20,
        ..options(dir.path())
    };
    let seen = restart(spool, &low);
    assert!(seen.messages.len() < 40 && seen.unreadable > 0);
    assert_eq!(restart(seen.spool, &high).messages.len(), 40);
}
