//! The English texts of the extension, so that the command line says the same words.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Every text by its key.
fn texts() -> &'static BTreeMap<String, String> {
    static TEXTS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let file = include_str!("../../extension/_locales/en/messages.json");
        let all: serde_json::Value = serde_json::from_str(file).unwrap_or_default();
        let entries = all.as_object().into_iter().flatten();
        entries.filter_map(|(key, entry)| Some((key.clone(), entry.get("message")?.as_str()?.to_owned()))).collect()
    })
}

/// Whether there is a text of this key.
pub fn has(key: &str) -> bool {
    texts().contains_key(key)
}

/// The text of a word of a family: `part("kind", "data-broker", "means")`; `None` where there is none.
pub fn part(family: &str, word: &str, part: &str) -> Option<&'static str> {
    let word = word.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let key = if part.is_empty() { format!("{family}_{word}") } else { format!("{family}_{word}_{part}") };
    texts().get(&key).map(String::as_str)
}
