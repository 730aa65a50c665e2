//! The table of configuration items (`crates/iotda-device/src/config/items.rs`), read for what is made of it outside of that
//! crate: the C enums of `iota_cfg.h`, their constants in Rust, and `docs/configuration.md`.

use super::Result;
use super::source::{CEnum, docs};
use quote::ToTokens;
use std::fmt::Write;
use std::path::Path;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Token};

pub const TABLE: &str = "crates/iotda-device/src/config/items.rs";
pub const DOCUMENT: &str = "docs/configuration.md";

/// The groups of the table.
pub struct Table(Vec<Group>);

struct Group {
    docs: Vec<String>,
    name: String,
    items: Vec<Item>,
}

struct Item {
    docs: Vec<String>,
    name: String,
    number: String,
    field: Option<Field>,
}

struct Field {
    default: Expr,
    rule: String,
    range: Option<(String, String)>,
    kept: bool,
}

/// Longest line of a comment that is made here, its marks not counted.
const WIDTH: usize = 92;

impl Table {
    pub fn read(root: &Path) -> Result<Table> {
        let path = root.join(TABLE);
        let read = || {
            let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
            let file = syn::parse_file(&text).map_err(|e| e.to_string())?;
            let table = file.items.iter().find_map(|item| match item {
                syn::Item::Macro(m) if m.mac.path.is_ident("items") => Some(&m.mac),
                _ => None,
            });
            let table = table.ok_or("no table")?;
            table.parse_body().map_err(|e| e.to_string())
        };
        read().map_err(|cause| format!("{}: {cause}", path.display()))
    }

    /// The group of this name as a C enum.
    pub fn c_enum(&self, name: &str) -> Result<CEnum> {
        let group = self.0.iter().find(|group| group.name == name);
        let group = group.ok_or_else(|| format!("{TABLE} has no group {name}"))?;
        let members = group.items.iter().map(|item| {
            let text = format!("{}. {}", item.kind(), item.docs.join(" "));
            (wrapped(&text), item.name.clone(), item.number.clone())
        });
        Ok(CEnum {
            docs: group.docs.clone(),
            tag: None,
            name: group.name.clone(),
            members: members.collect(),
        })
    }

    /// For each group its name and its constants in Rust.
    pub fn constants(&self) -> Vec<(String, String)> {
        let constants = |group: &Group| {
            let mut text = String::new();
            let doc = |text: &mut String, lines: &[String]| {
                lines.iter().for_each(|line| {
                    let _ = writeln!(text, "/// {line}");
                })
            };
            doc(&mut text, &group.docs);
            let _ = writeln!(text, "pub type {} = ::std::ffi::c_int;", group.name);
            for item in &group.items {
                doc(&mut text, &item.docs);
                let _ = writeln!(text, "pub const {}: {} = {};", item.name, group.name, item.number);
            }
            (group.name.clone(), text)
        };
        self.0.iter().map(constants).collect()
    }

    /// `docs/configuration.md`.
    pub fn document(&self) -> Result<String> {
        let mut text = format!(
            "<!-- Written by the build from {TABLE}; do not edit. -->\n\
             # Configuration items\n\n\
             Set with `IOTA_ConfigSetStr` or `IOTA_ConfigSetUint` (`iota_cfg.h`), whatever the kind, after `IOTA_Init` and before\n\
             `IOTA_Connect`, where the item does not say otherwise. Numbers take the leading digits of a text. A value outside a\n\
             range leaves the old one and returns -111, one without effect returns 0. Seconds below 1\n\
             change nothing. \"kept\" items survive `IOTA_Destroy` and the next `IOTA_Init`.\n"
        );
        for group in &self.0 {
            let _ = write!(
                text,
                "\n## {}\n\n{}\n\n| item | name | kind | range | default | kept | meaning |\n|---|---|---|---|---|---|---|\n",
                group.name,
                group.docs.join(" ")
            );
            for item in &group.items {
                let field = item.field.as_ref();
                let default = match field {
                    Some(field) => default(&field.default)?.unwrap_or_default(),
                    None => String::new(),
                };
                let cells = [
                    item.number.clone(),
                    format!("`{}`", item.name),
                    kind(field).to_string(),
                    range(field).unwrap_or_default(),
                    default,
                    field
                        .map_or("", |field| if field.kept { "yes" } else { "no" })
                        .to_string(),
                    item.docs.join(" ").replace('|', "\\|"),
                ];
                let _ = writeln!(text, "| {} |", cells.join(" | "));
            }
        }
        Ok(text)
    }
}

impl Item {
    /// "Number, 1 to 65535; default 20"
    fn kind(&self) -> String {
        let field = self.field.as_ref();
        let range = range(field).map(|range| format!(", {range}")).unwrap_or_default();
        let default = field.and_then(|field| default(&field.default).ok().flatten());
        let default = default.map(|value| format!("; default {value}")).unwrap_or_default();
        format!("{}{range}{default}", kind(field))
    }
}

fn kind(field: Option<&Field>) -> &'static str {
    match field.map(|field| field.rule.as_str()) {
        Some("text" | "secret" | "names" | "hosts") => "Text",
        Some("seconds") => "Seconds",
        _ => "Number",
    }
}

fn range(field: Option<&Field>) -> Option<String> {
    let field = field?;
    let Some((low, high)) = &field.range else {
        return (field.rule == "flag" || field.rule == "chosen").then(|| "0 or 1".to_string());
    };
    let values = low.parse::<u64>().ok().zip(high.parse::<u64>().ok());
    Some(match values {
        Some((low, high)) if high == low + 1 => format!("{low} or {high}"),
        Some((low, high)) if high == low + 2 => format!("{low}, {} or {high}", low + 1),
        _ => format!("{low} to {high}"),
    })
}

/// The number that a C program would set; `None` where the item's text says it.
fn default(value: &Expr) -> Result<Option<String>> {
    Ok(match value {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Int(i) => Some(i.base10_digits().to_string()),
            syn::Lit::Bool(b) => Some(if b.value { "1" } else { "0" }.to_string()),
            other => return Err(format!("{TABLE}: no default {}", other.to_token_stream())),
        },
        // `Choice::from(number)`
        Expr::Call(call) => match call.args.first() {
            Some(number) => default(number)?,
            None => None,
        },
        _ => None,
    })
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

impl Parse for Table {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut groups = Vec::new();
        while !input.is_empty() {
            groups.push(input.parse()?);
        }
        Ok(Table(groups))
    }
}

impl Parse for Group {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let name = input.parse::<Ident>()?.to_string();
        let body;
        syn::braced!(body in input);
        let items = Punctuated::<Item, Token![;]>::parse_terminated(&body)?;
        Ok(Group {
            docs: docs(&attrs),
            name,
            items: items.into_iter().collect(),
        })
    }
}

impl Parse for Item {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let name = input.parse::<Ident>()?.to_string();
        input.parse::<Token![=]>()?;
        let number = input.parse::<syn::LitInt>()?.base10_digits().to_string();
        input.parse::<Token![=>]>()?;
        input.parse::<Ident>()?;
        let field = if input.peek(syn::token::Brace) {
            let body;
            syn::braced!(body in input);
            Some(body.parse()?)
        } else {
            None
        };
        Ok(Item {
            docs: docs(&attrs),
            name,
            number,
            field,
        })
    }
}

impl Parse for Field {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Ident>()?;
        input.parse::<Token![:]>()?;
        input.parse::<syn::Type>()?;
        input.parse::<Token![=]>()?;
        let default = input.parse::<Expr>()?;
        input.parse::<Token![,]>()?;
        let rule = input.parse::<Ident>()?.to_string();
        let range = if input.peek(syn::token::Paren) {
            let body;
            syn::parenthesized!(body in input);
            let low = body.parse::<syn::LitInt>()?.base10_digits().to_string();
            body.parse::<Token![,]>()?;
            let high = body.parse::<syn::LitInt>()?.base10_digits().to_string();
            body.parse::<Token![,]>()?;
            body.parse::<syn::LitStr>()?;
            Some((low, high))
        } else {
            None
        };
        input.parse::<Token![,]>()?;
        let kept = input.parse::<Ident>()? == "kept";
        Ok(Field {
            default,
            rule,
            range,
            kept,
        })
    }
}
