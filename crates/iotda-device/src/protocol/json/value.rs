//! The parsed value: one flat list of nodes in document order over one buffer of text, so that reading a large answer costs a few
//! allocations and nothing recurses.

use std::sync::Arc;

use zeroize::Zeroize;

use super::number::Number;
use super::parse::{Dialect, Sink, Token};
use super::write::Writer;

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    at: u32,
    len: u32,
}

#[derive(Clone, Copy, Debug)]
enum Shape {
    Null,
    Boolean(bool),
    Number(Number),
    String(Span),
    Array,
    Object,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// `None` for elements and the root.
    key: Option<Span>,
    shape: Shape,
    /// The node after this one and all it holds.
    next: u32,
}

#[derive(Debug)]
struct Document {
    text: Vec<u8>,
    nodes: Vec<Node>,
    /// Whether a string or name has a U+0000.
    zeros: bool,
}

/// A JSON value, owned; clones share the document.
#[derive(Clone)]
pub struct Json {
    document: Arc<Document>,
    at: u32,
}

/// A view into a [`Json`].
#[derive(Clone, Copy)]
pub struct Value<'a> {
    document: &'a Arc<Document>,
    at: u32,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind<'a> {
    Null,
    Boolean(bool),
    Number(Number),
    /// The whole text; it may hold U+0000.
    String(&'a [u8]),
    Array,
    Object,
}

/// The text as C sees it: up to the first U+0000.
fn cut(text: &[u8]) -> &[u8] {
    text.split(|b| *b == 0).next().unwrap_or_default()
}

fn whole(text: &[u8]) -> &[u8] {
    text
}

impl Document {
    /// How this document's strings are cut for C: hardly ever is there anything to cut.
    fn cutter(&self) -> fn(&[u8]) -> &[u8] {
        if self.zeros { cut } else { whole }
    }

    fn node(&self, at: u32) -> Option<&Node> {
        self.nodes.get(at as usize)
    }

    fn span(&self, span: Span) -> &[u8] {
        let at = span.at as usize;
        self.text.get(at..at + span.len as usize).unwrap_or_default()
    }
}

impl Json {
    /// The view to walk it.
    pub fn value(&self) -> Value<'_> {
        Value {
            document: &self.document,
            at: self.at,
        }
    }

    /// Overwrites the text, for one with secrets; not while a clone still shares it.
    pub fn wipe(self) {
        if let Ok(mut document) = Arc::try_unwrap(self.document) {
            document.text.zeroize();
        }
    }
}

impl std::fmt::Debug for Json {
    /// Shows nothing of the content: it may hold keys and secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Json(..)")
    }
}

impl PartialEq for Json {
    /// Equal when both print the same text.
    fn eq(&self, other: &Json) -> bool {
        self.value().print() == other.value().print()
    }
}

impl<'a> Value<'a> {
    fn node(self) -> Option<&'a Node> {
        self.document.node(self.at)
    }

    /// What it is, with the scalar's value.
    pub fn kind(self) -> Kind<'a> {
        match self.node().map(|n| n.shape) {
            None | Some(Shape::Null) => Kind::Null,
            Some(Shape::Boolean(b)) => Kind::Boolean(b),
            Some(Shape::Number(n)) => Kind::Number(n),
            Some(Shape::String(span)) => Kind::String(self.document.span(span)),
            Some(Shape::Array) => Kind::Array,
            Some(Shape::Object) => Kind::Object,
        }
    }

    /// The name of an object's member.
    pub fn name(self) -> Option<&'a [u8]> {
        self.node()?.key.map(|key| self.document.span(key))
    }

    /// The whole text of a string.
    pub fn as_bytes(self) -> Option<&'a [u8]> {
        match self.kind() {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string up to the first U+0000, as a C string holds it.
    pub fn as_text(self) -> Option<&'a [u8]> {
        self.as_bytes().map(self.document.cutter())
    }

    /// The text of a string in which there is no U+0000.
    pub fn as_whole_text(self) -> Option<&'a [u8]> {
        self.as_bytes()
            .filter(|text| !self.document.zeros || !text.contains(&0))
    }

    /// The number, if it is one.
    pub fn as_number(self) -> Option<Number> {
        match self.kind() {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// The first member of that name, ASCII case ignored; `None` also for what is not an object.
    pub fn get(self, name: &str) -> Option<Value<'a>> {
        let name = name.as_bytes();
        self.items()
            .find(|item| item.name().is_some_and(|n| n == name || n.eq_ignore_ascii_case(name)))
    }

    /// The first member of exactly that name.
    pub fn get_exact(self, name: &str) -> Option<Value<'a>> {
        self.items().find(|item| item.name() == Some(name.as_bytes()))
    }

    /// The elements of an array, or the member values of an object; none for scalars.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let end = match self.node() {
            Some(Node {
                shape: Shape::Array | Shape::Object,
                next,
                ..
            }) => *next,
            _ => self.at + 1,
        };
        let document = self.document;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let node = document.node(at).filter(|_| at < end)?;
            let item = Value { document, at };
            at = node.next;
            Some(item)
        })
    }

    /// An owned value for this place; shares the document.
    pub fn to_json(self) -> Json {
        Json {
            document: Arc::clone(self.document),
            at: self.at,
        }
    }

    /// The formatted text, each string up to its first U+0000: what the C SDK hands to callbacks.
    pub fn print(self) -> Vec<u8> {
        let last = self.node().map_or(self.at, |n| n.next);
        let mut writer = Writer::with_capacity(32 * (last - self.at) as usize);
        self.write(&mut writer, self.document.cutter());
        writer.finish().unwrap_or_default()
    }

    /// Writes the value with whole strings.
    pub fn write_to(self, writer: &mut Writer) {
        self.write(writer, whole);
    }

    fn write(self, writer: &mut Writer, text: fn(&[u8]) -> &[u8]) {
        let Some(end) = self.node().map(|n| n.next) else {
            return writer.null();
        };
        let document = self.document;
        let mut open: Vec<(u32, bool)> = Vec::new();
        let mut at = self.at;
        loop {
            while let Some((_, object)) = open.last().copied().filter(|(end, _)| *end == at) {
                open.pop();
                match object {
                    true => writer.end_object(),
                    false => writer.end_array(),
                }
            }
            let Some(node) = document.node(at).filter(|_| at < end) else {
                return;
            };
            if at != self.at {
                match node.key {
                    Some(key) => writer.key(text(document.span(key))),
                    None => writer.element(),
                }
            }
            match node.shape {
                Shape::Null => writer.null(),
                Shape::Boolean(value) => writer.boolean(value),
                Shape::Number(number) => writer.number(number.as_f64()),
                Shape::String(span) => writer.string(text(document.span(span))),
                Shape::Array => {
                    writer.begin_array();
                    open.push((node.next, false));
                }
                Shape::Object => {
                    writer.begin_object();
                    open.push((node.next, true));
                }
            }
            at += 1;
        }
    }
}

/// Makes a [`Json`] from calls in document order: [`Builder::key`] before each member's value; begin and end paired.
#[derive(Default)]
pub struct Builder {
    text: Vec<u8>,
    nodes: Vec<Node>,
    open: Vec<u32>,
    key: Option<Span>,
    /// Whether a string or name has a U+0000.
    zeros: bool,
}

impl Builder {
    /// A builder whose text buffer starts with the text that is to be parsed; `None` if that is 4 GiB or more.
    pub(super) fn over(text: &[u8]) -> Option<Builder> {
        u32::try_from(text.len()).ok()?;
        let nodes = (text.len() / 16 + 1).min(4096); // about what a message has
        Some(Builder {
            text: text.to_vec(),
            nodes: Vec::with_capacity(nodes),
            ..Builder::default()
        })
    }

    fn node(&mut self, shape: Shape) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node {
            key: self.key.take(),
            shape,
            next,
        });
    }

    fn store(&mut self, text: &[u8]) -> Span {
        let at = self.text.len() as u32;
        self.text.extend_from_slice(text);
        self.zeros |= text.contains(&0);
        Span {
            at,
            len: text.len() as u32,
        }
    }

    fn token(&mut self, token: &Token<'_>) -> Option<Span> {
        if !token.escaped {
            // A platform's text ends at the first zero byte.
            self.zeros |= token.dialect == Dialect::Program && token.raw.contains(&0);
            return Some(Span {
                at: token.at as u32,
                len: token.raw.len() as u32,
            });
        }
        let at = self.text.len();
        token.unescape(&mut self.text)?;
        self.zeros |= self.text.get(at..)?.contains(&0);
        Some(Span {
            at: u32::try_from(at).ok()?,
            len: u32::try_from(self.text.len() - at).ok()?,
        })
    }

    /// Opens an object or an array.
    pub fn begin(&mut self, object: bool) {
        self.open.push(self.nodes.len() as u32);
        self.node(if object { Shape::Object } else { Shape::Array });
    }

    /// Closes what was opened last.
    pub fn end(&mut self) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.open.pop().and_then(|at| self.nodes.get_mut(at as usize)) {
            node.next = next;
        }
    }

    /// The name of the member whose value comes next.
    pub fn key(&mut self, name: &[u8]) {
        self.key = Some(self.store(name));
    }

    /// A string value.
    pub fn string(&mut self, text: &[u8]) {
        let span = self.store(text);
        self.node(Shape::String(span));
    }

    /// A number value.
    pub fn number(&mut self, number: Number) {
        self.node(Shape::Number(number));
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.node(Shape::Boolean(value));
    }

    /// `null`.
    pub fn null(&mut self) {
        self.node(Shape::Null);
    }

    /// The value; `None` if there is none, a container is open, or the text is 4 GiB or more.
    pub fn finish(self) -> Option<Json> {
        if self.nodes.is_empty() || !self.open.is_empty() || u32::try_from(self.text.len()).is_err() {
            return None;
        }
        Some(Json {
            document: Arc::new(Document {
                zeros: self.zeros,
                text: self.text,
                nodes: self.nodes,
            }),
            at: 0,
        })
    }
}

impl Sink for Builder {
    fn begin(&mut self, object: bool) {
        Builder::begin(self, object);
    }

    fn end(&mut self, _object: bool) {
        Builder::end(self);
    }

    fn element(&mut self) {}

    fn key(&mut self, token: Token<'_>) -> Option<()> {
        let mut span = self.token(&token)?;
        if token.escaped && token.dialect == Dialect::Platform {
            let name = self.text.get(span.at as usize..)?.get(..span.len as usize)?;
            span.len = cut(name).len() as u32;
        }
        self.key = Some(span);
        Some(())
    }

    fn string(&mut self, token: Token<'_>) -> Option<()> {
        let span = self.token(&token)?;
        self.node(Shape::String(span));
        Some(())
    }

    fn number(&mut self, number: Number) {
        Builder::number(self, number);
    }

    fn boolean(&mut self, value: bool) {
        Builder::boolean(self, value);
    }

    fn null(&mut self) {
        Builder::null(self);
    }
}
