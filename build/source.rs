//! Reads one file of `src` into the list of what its header declares, in order.

use super::Result;
use super::items::Table;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ForeignItem, Item, Token, Visibility};

/// What one Rust file says about its header.
pub struct HeaderFile {
    pub docs: Vec<String>,
    pub guard: String,
    pub includes: Vec<String>,
    pub items: Vec<Declared>,
}

/// One declaration of the header.
pub enum Declared {
    /// `#define NAME value`, from a public constant.
    Macro {
        docs: Vec<String>,
        name: String,
        value: String,
        number: bool,
    },
    Enum(CEnum),
    /// C text as it stands, from `c_verbatim!`.
    Verbatim(String),
    /// Whatever cbindgen translates: `tokens` is the item with an empty body and without other attributes than its docs.
    Translated {
        docs: Vec<String>,
        name: String,
        tokens: String,
        kind: Kind,
    },
}

pub enum Kind {
    Struct { fields: Vec<String> },
    Type,
    Function,
}

/// `c_enum! { pub enum NAME { A = 0, … } }`
pub struct CEnum {
    pub docs: Vec<String>,
    /// The C tag when it is not the name, from `#[tag = "…"]`.
    pub tag: Option<String>,
    /// The typedef; `_` for an enum without one.
    pub name: String,
    /// Documentation, name and value of each enumerator.
    pub members: Vec<(Vec<String>, String, String)>,
}

/// `None` when the file makes no header: it has no `header!`, or it is no Rust, which the compiler then says better. `read` has
/// the text of a module below it, `table` the enums of `c_items!`.
pub fn parse(text: &str, table: &Table, read: &dyn Fn(&str) -> Result<String>) -> Result<Option<HeaderFile>> {
    let Ok(file) = syn::parse_file(text) else {
        return Ok(None);
    };
    let Some(head) = head(&file)? else {
        return Ok(None);
    };
    Ok(Some(HeaderFile {
        docs: docs(&file.attrs),
        guard: head.guard,
        includes: head.includes,
        items: declared(&file, table, read)?,
    }))
}

fn declared(file: &syn::File, table: &Table, read: &dyn Fn(&str) -> Result<String>) -> Result<Vec<Declared>> {
    let is_part = |name: &syn::Ident| {
        let mut modules = file.items.iter().filter_map(|item| match item {
            Item::Mod(m) if m.content.is_none() => Some(&m.ident),
            _ => None,
        });
        modules.any(|module| module == name)
    };
    let mut items = Vec::new();
    for item in &file.items {
        match item {
            Item::Macro(m) if m.mac.path.is_ident("c_verbatim") => {
                let text: syn::LitStr = m.mac.parse_body().map_err(|e| e.to_string())?;
                items.push(Declared::Verbatim(text.value().trim_matches('\n').to_string()));
            }
            Item::Macro(m) if m.mac.path.is_ident("c_enum") => {
                items.push(Declared::Enum(m.mac.parse_body().map_err(|e| e.to_string())?));
            }
            Item::Macro(m) if m.mac.path.is_ident("c_items") => {
                let group: syn::Ident = m.mac.parse_body().map_err(|e| e.to_string())?;
                items.push(Declared::Enum(table.c_enum(&group.to_string())?));
            }
            Item::Const(c) if is_public(&c.vis) && c.ident != "_" => items.push(constant(c)?),
            Item::Struct(s) if is_public(&s.vis) && is_repr_c(&s.attrs) => items.push(translated_struct(s)),
            Item::Type(t) if is_public(&t.vis) => {
                let mut bare = t.clone();
                bare.attrs.clear();
                items.push(translated(&t.attrs, t.ident.to_string(), bare, Kind::Type));
            }
            Item::Macro(m) if m.mac.path.is_ident("exported") => {
                let Exported { attrs, sig } = m.mac.parse_body().map_err(|e| format!("exported!: {e}"))?;
                let bare = quote::quote!(#[no_mangle] pub unsafe extern "C" #sig {});
                items.push(translated(&attrs, sig.ident.to_string(), bare, Kind::Function));
            }
            Item::ForeignMod(block) => items.extend(foreign(block)),
            Item::Use(u) if is_public(&u.vis) => {
                if let Some(part) = glob_of(&u.tree).filter(|name| is_part(name)) {
                    let text = read(&part.to_string())?;
                    let part = syn::parse_file(&text).map_err(|e| format!("{part}: {e}"))?;
                    items.extend(declared(&part, table, read)?);
                }
            }
            _ => {}
        }
    }
    Ok(items)
}

/// The module of `use module::*`.
fn glob_of(tree: &syn::UseTree) -> Option<&syn::Ident> {
    match tree {
        syn::UseTree::Path(path) if matches!(*path.tree, syn::UseTree::Glob(_)) => Some(&path.ident),
        _ => None,
    }
}

fn head(file: &syn::File) -> Result<Option<Head>> {
    let notation = file.items.iter().find_map(|item| match item {
        Item::Macro(m) if m.mac.path.is_ident("header") => Some(&m.mac),
        _ => None,
    });
    notation
        .map(|mac| mac.parse_body().map_err(|e| e.to_string()))
        .transpose()
}

/// `header!(GUARD, "<system.h>", "own.h", "#ifdef …")`
struct Head {
    guard: String,
    includes: Vec<String>,
}

impl Parse for Head {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let guard = input.parse::<syn::Ident>()?.to_string();
        let _ = input.parse::<Option<Token![,]>>()?;
        let includes = Punctuated::<syn::LitStr, Token![,]>::parse_terminated(input)?;
        Ok(Head {
            guard,
            includes: includes.iter().map(syn::LitStr::value).collect(),
        })
    }
}

/// `exported!(FAILURE, /** docs */ pub fn NAME(…) -> R { … })`, the failure value absent where nothing is returned.
struct Exported {
    attrs: Vec<Attribute>,
    sig: syn::Signature,
}

impl Parse for Exported {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(Token![#]) && !input.peek(Token![pub]) {
            input.parse::<Expr>()?;
            input.parse::<Token![,]>()?;
        }
        let function: syn::ItemFn = input.parse()?;
        Ok(Exported {
            attrs: function.attrs,
            sig: function.sig,
        })
    }
}

/// The functions of `text` that reach C without `exported!`, each with its attribute. The macros that write exported functions
/// are left out.
pub fn bare_exports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(tokens) = text.parse() {
        search(tokens, &mut found);
    }
    found
}

fn search(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let word = |at: usize| tokens.get(at).map(TokenTree::to_string).unwrap_or_default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if word(at) == "macro_rules" && ["exported", "forward"].contains(&word(at + 2).as_str()) {
            at += 4; // its name and its body
            continue;
        }
        if let TokenTree::Group(group) = token {
            if at > 0 && word(at - 1) == "#" && names_symbol(group.stream()) {
                // Attributes, visibility and calling convention, then `fn`; a static has none before its `;`.
                let head = (at + 1..tokens.len()).take_while(|&i| word(i) != ";");
                if let Some(keyword) = head.take_while(|&i| word(i) != "static").find(|&i| word(i) == "fn") {
                    found.push(word(keyword + 1));
                }
            }
            search(group.stream(), found);
        }
        at += 1;
    }
}

/// Whether an attribute gives its item a C name.
fn names_symbol(attribute: TokenStream) -> bool {
    attribute.into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "no_mangle" || name == "export_name",
        TokenTree::Group(group) => names_symbol(group.stream()),
        _ => false,
    })
}

impl Parse for CEnum {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        input.parse::<Token![enum]>()?;
        let name = if input.parse::<Option<Token![_]>>()?.is_some() {
            "_".to_string()
        } else {
            input.parse::<syn::Ident>()?.to_string()
        };
        let body;
        syn::braced!(body in input);
        let variants = Punctuated::<syn::Variant, Token![,]>::parse_terminated(&body)?;
        let mut members = Vec::new();
        for variant in &variants {
            let Some((_, value)) = &variant.discriminant else {
                return Err(syn::Error::new_spanned(variant, "the enumerator needs its value"));
            };
            let value = c_expression(value).map_err(|e| syn::Error::new_spanned(variant, e))?;
            members.push((docs(&variant.attrs), variant.ident.to_string(), value));
        }
        Ok(CEnum {
            docs: docs(&attrs),
            tag: attrs.iter().find(|a| a.path().is_ident("tag")).and_then(string_value),
            name,
            members,
        })
    }
}

fn constant(c: &syn::ItemConst) -> Result<Declared> {
    let value = c_expression(&c.expr).map_err(|e| format!("{}: {e}", c.ident))?;
    Ok(Declared::Macro {
        docs: docs(&c.attrs),
        name: c.ident.to_string(),
        number: !value.starts_with('"'),
        value,
    })
}

/// A constant's value in C, with the parentheses and the number base of the Rust text.
fn c_expression(value: &Expr) -> Result<String> {
    Ok(match value {
        Expr::Lit(literal) => match &literal.lit {
            // C knows the escapes that these strings use; only the prefix differs.
            syn::Lit::CStr(s) => s.to_token_stream().to_string().trim_start_matches('c').to_string(),
            syn::Lit::Str(s) => s.to_token_stream().to_string(),
            syn::Lit::Byte(b) => b.to_token_stream().to_string().trim_start_matches('b').to_string(),
            syn::Lit::Int(i) => i.to_string().trim_end_matches(i.suffix()).replace('_', ""),
            other => return Err(format!("no C form for {}", other.to_token_stream())),
        },
        Expr::Paren(inner) => format!("({})", c_expression(&inner.expr)?),
        Expr::Unary(syn::ExprUnary {
            op: syn::UnOp::Neg(_),
            expr,
            ..
        }) => format!("-{}", c_expression(expr)?),
        Expr::Binary(b) => format!(
            "{} {} {}",
            c_expression(&b.left)?,
            b.op.to_token_stream(),
            c_expression(&b.right)?
        ),
        Expr::Path(path) => match path.path.segments.last() {
            Some(name) => name.ident.to_string(),
            None => return Err("empty path".to_string()),
        },
        Expr::Cast(cast) => c_expression(&cast.expr)?,
        other => return Err(format!("no C form for {}", other.to_token_stream())),
    })
}

fn translated_struct(s: &syn::ItemStruct) -> Declared {
    let mut bare = s.clone();
    bare.attrs = vec![syn::parse_quote!(#[repr(C)])];
    let fields = s
        .fields
        .iter()
        .filter_map(|f| f.ident.as_ref().map(|i| i.to_string()))
        .collect();
    translated(&s.attrs, s.ident.to_string(), bare, Kind::Struct { fields })
}

/// The public functions of an `extern "C"` block: how a C-variadic function is declared.
fn foreign(block: &syn::ItemForeignMod) -> Vec<Declared> {
    let functions = block.items.iter().filter_map(|item| match item {
        ForeignItem::Fn(f) if is_public(&f.vis) => Some(f),
        _ => None,
    });
    functions
        .map(|f| {
            let sig = &f.sig;
            // As a definition, because cbindgen gives foreign functions neither their comment nor their place.
            let bare = quote::quote!(#[no_mangle] pub extern "C" #sig {});
            translated(&f.attrs, sig.ident.to_string(), bare, Kind::Function)
        })
        .collect()
}

fn translated(attrs: &[Attribute], name: String, bare: impl ToTokens, kind: Kind) -> Declared {
    Declared::Translated {
        docs: docs(attrs),
        name,
        tokens: bare.to_token_stream().to_string(),
        kind,
    }
}

/// The lines of the doc comment, without the section `# Safety`, which speaks to callers in Rust.
pub fn docs(attrs: &[Attribute]) -> Vec<String> {
    let texts = attrs
        .iter()
        .filter(|a| a.path().is_ident("doc"))
        .filter_map(string_value);
    let mut lines: Vec<String> = Vec::new();
    let mut safety = false;
    for text in texts {
        for line in text.split('\n') {
            let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
            if line.starts_with("# ") {
                safety = line == "# Safety";
            }
            if !safety {
                lines.push(line.replace("[`", "`").replace("`]", "`"));
            }
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn string_value(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            value: Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }),
            ..
        }) => Some(text.value()),
        _ => None,
    }
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn is_repr_c(attrs: &[Attribute]) -> bool {
    attrs
        .iter()
        .any(|a| a.path().is_ident("repr") && a.to_token_stream().to_string().contains('C'))
}
