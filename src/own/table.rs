//! What stands under a key of a TOML table, or nothing: that it is of another form is for the check to say.

use toml::{Table, Value};

/// The tables of an array of them.
pub fn tables<'a>(of: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> + use<'a> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// A table within.
pub fn inner<'a>(of: &'a Table, key: &str) -> Option<&'a Table> {
    of.get(key).and_then(Value::as_table)
}

/// A text; empty where there is none.
pub fn word<'a>(of: &'a Table, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A text of one's own.
pub fn text(of: &Table, key: &str) -> String {
    word(of, key).to_owned()
}

/// The texts of an array.
pub fn several<'a>(of: &'a Table, key: &str) -> Vec<&'a str> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The texts of an array, of one's own.
pub fn texts(of: &Table, key: &str) -> Vec<String> {
    several(of, key).into_iter().map(str::to_owned).collect()
}

/// A number that is none below zero.
pub fn number(of: &Table, key: &str) -> Option<u32> {
    of.get(key).and_then(as_number)
}

/// The numbers of an array.
pub fn numbers(of: &Table, key: &str) -> Vec<u32> {
    of.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(as_number).collect()
}

/// A value as a number that is none below zero.
pub fn as_number(value: &Value) -> Option<u32> {
    value.as_integer().and_then(|number| u32::try_from(number).ok())
}
