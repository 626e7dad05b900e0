//! JSON that cannot be made to fill the memory: what a reader of it would keep whole is cut while it is read. Every byte that
//! is left out becomes a space, so that a line and a column mean the file's own.

use std::io::{self, Read};

/// How many bytes of a string are passed on, as they are written; of a URL some 4,000 are judged.
pub(super) const LONGEST: usize = 1 << 16;
/// How many digits of a number are passed on: none that is asked for has more.
const DIGITS: usize = 18;
/// How deeply lists and objects may lie in each other: what passes over them keeps a byte for each.
const DEEPEST: usize = 1_000;
/// How much is read at once.
const CHUNK: usize = 1 << 16;

/// A reader's JSON (valid UTF-8): strings cut, numbers without their fractions, and halves of surrogate pairs, which JSON
/// allows and text does not, replaced.
pub(super) struct Tame<R> {
    source: R,
    state: State,
    /// How many bytes of the string or number were passed on.
    length: usize,
    /// An escape that is not complete yet.
    held: Vec<u8>,
    depth: usize,
    raw: Vec<u8>,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Number,
    /// What is left out of a number.
    Fraction,
    Text,
    /// What is left out of a string; its end was passed on already.
    Rest,
}

impl<R: Read> Tame<R> {
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            state: State::Outside,
            length: 0,
            held: Vec::new(),
            depth: 0,
            raw: vec![0; CHUNK],
            out: Vec::with_capacity(CHUNK + 16),
            given: 0,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        while self.out.is_empty() && !self.ended {
            let mut raw = std::mem::take(&mut self.raw);
            let got = loop {
                match self.source.read(&mut raw) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    other => break other,
                }
            };
            let done = got.and_then(|got| {
                self.ended = got == 0;
                self.pass(raw.get(..got).unwrap_or_default())
            });
            self.raw = raw;
            done?;
            if self.ended {
                self.out.append(&mut self.held);
            }
        }
        Ok(())
    }

    fn pass(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while let Some(&byte) = bytes.first() {
            let passed = match self.state {
                State::Outside => self.outside(bytes)?,
                State::Number if byte.is_ascii_digit() => {
                    self.length += 1;
                    self.out.push(if self.length > DIGITS { b' ' } else { byte });
                    1
                }
                State::Number | State::Fraction if matches!(byte, b'.' | b'e' | b'E') => {
                    self.state = State::Fraction;
                    self.out.push(b' ');
                    1
                }
                State::Fraction if byte.is_ascii_digit() || matches!(byte, b'+' | b'-') => {
                    self.out.push(b' ');
                    1
                }
                State::Number | State::Fraction => {
                    self.state = State::Outside;
                    0
                }
                State::Text | State::Rest if !self.held.is_empty() => self.escape(byte),
                State::Text | State::Rest => self.text(bytes),
            };
            bytes = bytes.get(passed..).unwrap_or_default();
        }
        Ok(())
    }

    fn outside(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                b'"' => (self.state, self.length) = (State::Text, 0),
                b'-' | b'0'..=b'9' => (self.state, self.length) = (State::Number, 1),
                b'{' | b'[' => {
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(io::ErrorKind::Unsupported.into());
                    }
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.out.push(byte);
            if self.state != State::Outside {
                return Ok(at + 1);
            }
        }
        Ok(bytes.len())
    }

    /// What stands up to the string's end, or to an escape; or the one or the other.
    fn text(&mut self, bytes: &[u8]) -> usize {
        let run = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(bytes.len());
        match bytes.first() {
            Some(b'"') => {
                self.out.push(if self.state == State::Text { b'"' } else { b' ' });
                self.state = State::Outside;
                1
            }
            Some(b'\\') => {
                self.held.push(b'\\');
                1
            }
            _ => {
                let text = bytes.get(..run).unwrap_or_default();
                let mut end = if self.state == State::Text { LONGEST.saturating_sub(self.length).min(run) } else { 0 };
                // Not within a character: its first byte was passed on already.
                while self.state == State::Text && text.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
                    end += 1;
                }
                let (kept, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
                self.put(kept);
                self.leave_out(rest.len());
                run
            }
        }
    }

    /// One byte more of an escape: how many were taken (none where it belongs to what follows).
    fn escape(&mut self, byte: u8) -> usize {
        const LOST: &[u8] = b"\\ufffd";
        let length = self.held.len();
        // Half of a pair, without the other.
        if (length == 6 && byte != b'\\') || (length == 7 && byte != b'u') {
            self.held.drain(..6);
            self.whole(LOST);
            return 0;
        }
        let hex = !matches!(length, 1 | 6 | 7);
        if hex && !byte.is_ascii_hexdigit() {
            // No escape at all: the reader says so.
            let held = std::mem::take(&mut self.held);
            self.whole(&held);
            return 0;
        }
        self.held.push(byte);
        let complete = match self.held.len() {
            2 => byte != b'u',
            6 | 12 => true,
            _ => false,
        };
        if !complete {
            return 1;
        }
        let held = std::mem::take(&mut self.held);
        let (first, second) = held.split_at_checked(6).unwrap_or((&held, &[]));
        match (unit(first), unit(second)) {
            (0xd800..0xdc00, 0) => self.held = held,
            (0xd800..0xdc00, 0xdc00..0xe000) => self.whole(&held),
            (0xd800..0xdc00, 0xd800..0xdc00) => {
                self.whole(LOST);
                self.held = second.to_vec();
            }
            (0xd800..0xdc00, _) => {
                self.whole(LOST);
                self.whole(second);
            }
            (0xdc00..0xe000, _) => self.whole(LOST),
            _ => self.whole(&held),
        }
        1
    }

    /// An escape, which is not cut.
    fn whole(&mut self, escape: &[u8]) {
        if self.state == State::Text && self.length < LONGEST {
            self.put(escape);
        } else {
            self.leave_out(escape.len());
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.length += bytes.len();
        self.out.extend_from_slice(bytes);
    }

    fn leave_out(&mut self, bytes: usize) {
        let end = self.out.len() + bytes;
        if bytes > 0 && self.state == State::Text {
            self.state = State::Rest;
            self.out.push(b'"');
        }
        self.out.resize(end, b' ');
    }
}

/// The UTF-16 unit of an escape of six bytes; 0 where it is none.
fn unit(escape: &[u8]) -> u16 {
    let digits = escape.strip_prefix(b"\\u").and_then(|hex| std::str::from_utf8(hex).ok());
    digits.and_then(|hex| u16::from_str_radix(hex, 16).ok()).unwrap_or(0)
}

impl<R: Read> Read for Tame<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.out.len() && !self.ended {
            self.fill()?;
        }
        let count = self.out.get(self.given..).unwrap_or_default().read(to)?;
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// In pieces of so many bytes.
    fn tame(text: &[u8], piece: usize) -> String {
        struct Pieces<'a>(&'a [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                let count = self.1.min(self.0.len()).min(to.len());
                let (now, later) = self.0.split_at(count);
                to.get_mut(..count).unwrap().copy_from_slice(now);
                self.0 = later;
                Ok(count)
            }
        }
        let mut out = String::new();
        Tame::new(Pieces(text, piece)).read_to_string(&mut out).unwrap();
        assert_eq!(out.len(), text.len(), "a column stays the same");
        out
    }

    #[test]
    fn what_is_long_is_cut_between_characters() {
        for filler in ["a", "é", "€", "😀", "\\u00e9", "\\n", "\\ud83d\\ude00", "\\\""] {
            let text = format!("[\"{}\",\"b\"]", filler.repeat(2 * LONGEST / filler.len()));
            for piece in [1, 7, CHUNK] {
                let value: Vec<String> = serde_json::from_str(&tame(text.as_bytes(), piece)).unwrap();
                let kept = value.first().unwrap().chars().count() * filler.len();
                assert!(
                    (LONGEST..LONGEST + 24).contains(&kept) || filler.len() < 6 && kept >= LONGEST,
                    "{filler} {kept}"
                );
                assert!(kept < LONGEST + 24, "{filler} {kept}");
                assert_eq!(value.last().unwrap(), "b");
            }
        }
    }

    #[test]
    fn halves_and_numbers_lose_what_nobody_asks_for() {
        for (from, to) in [
            (r#"["\ud83dx"]"#, "\u{fffd}x"),
            (r#"["\ud83d"]"#, "\u{fffd}"),
            (r#"["\ud83d\n"]"#, "\u{fffd}\n"),
            (r#"["\ud83d\u0041"]"#, "\u{fffd}A"),
            (r#"["\ud83d\ud83d\ude00"]"#, "\u{fffd}😀"),
            (r#"["\ude00\ud83d\ude00"]"#, "\u{fffd}😀"),
        ] {
            for piece in [1, 5, CHUNK] {
                let value: Vec<String> = serde_json::from_str(&tame(from.as_bytes(), piece)).unwrap();
                assert_eq!(value, [to], "{from}");
            }
        }
        let long = "9".repeat(500);
        let numbers: Vec<i64> =
            serde_json::from_str(&tame(format!("[1e999,-2.5E-3, 200,0.0,{long}]").as_bytes(), 3)).unwrap();
        assert_eq!(numbers, [1, -2, 200, 0, 999_999_999_999_999_999]);
    }

    #[test]
    fn what_lies_too_deep_is_refused() {
        let deep = |levels: usize| {
            let mut out = Vec::new();
            Tame::new("[".repeat(levels).as_bytes()).read_to_end(&mut out)
        };
        assert!(deep(DEEPEST).is_ok());
        assert_eq!(deep(DEEPEST + 1).unwrap_err().kind(), io::ErrorKind::Unsupported);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn other_json_stays_as_it_is(texts in prop::collection::vec(any::<String>(), 0..6), number in any::<u32>(), piece in 1..9_usize) {
            let text = serde_json::json!({ "a": texts, "b": [number, true, null], "\u{e9}": {} }).to_string();
            prop_assert_eq!(tame(text.as_bytes(), piece), text);
        }

        #[test]
        fn any_text_gives_text(text in any::<String>(), piece in 1..9_usize) {
            let _: Result<Value, _> = serde_json::from_str(&tame(text.as_bytes(), piece));
        }
    }
}
