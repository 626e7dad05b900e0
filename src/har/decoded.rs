//! A reader's bytes as text, whatever wrote them.

use std::io::{self, Read};

/// A reader's bytes as valid UTF-8 without a byte order mark: UTF-16 is converted, what is invalid is replaced.
///
/// PowerShell redirects write UTF-16, and Windows tools a byte order mark; JSON readers accept neither.
pub struct Decoded<R> {
    source: R,
    form: Option<Form>,
    raw: Vec<u8>,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// How much is read at once.
const CHUNK: usize = 1 << 16;

impl<R: Read> Decoded<R> {
    /// Wraps a reader, which need not be buffered.
    pub fn new(source: R) -> Self {
        Self { source, form: None, raw: Vec::new(), out: Vec::new(), given: 0, ended: false }
    }

    /// Reads more raw bytes; false at the end.
    fn more(&mut self) -> io::Result<bool> {
        let had = self.raw.len();
        self.raw.resize(had + CHUNK, 0);
        let got = loop {
            match self.source.read(self.raw.get_mut(had..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.raw.truncate(had + got.as_ref().copied().unwrap_or_default());
        got.map(|got| got > 0)
    }

    fn fill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        while self.out.is_empty() && !self.ended {
            self.ended = !self.more()?;
            if self.form.is_none() && (self.raw.len() >= 4 || self.ended) {
                let (form, mark) = match self.raw.as_slice() {
                    [0xef, 0xbb, 0xbf, ..] => (Form::Utf8, 3),
                    [0xff, 0xfe, ..] => (Form::Utf16Le, 2),
                    [0xfe, 0xff, ..] => (Form::Utf16Be, 2),
                    // JSON starts with an ASCII character, so a zero beside it gives UTF-16 away.
                    [first, 0, ..] if *first != 0 => (Form::Utf16Le, 0),
                    [0, first, ..] if *first != 0 => (Form::Utf16Be, 0),
                    _ => (Form::Utf8, 0),
                };
                self.raw.drain(..mark);
                self.form = Some(form);
            }
            match self.form {
                Some(Form::Utf8) => self.utf8(),
                Some(form) => self.utf16(form),
                None => {}
            }
        }
        Ok(())
    }

    fn utf8(&mut self) {
        let mut rest = self.raw.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(_) => {
                    self.out.extend_from_slice(rest);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at_checked(error.valid_up_to()).unwrap_or((rest, &[]));
                    self.out.extend_from_slice(valid);
                    rest = after;
                    match error.error_len() {
                        Some(len) => {
                            self.out.extend_from_slice("\u{fffd}".as_bytes());
                            rest = rest.get(len..).unwrap_or_default();
                        }
                        // A character cut by the end of the chunk: its rest comes with the next.
                        None if !self.ended => break,
                        None => {
                            self.out.extend_from_slice("\u{fffd}".as_bytes());
                            rest = &[];
                            break;
                        }
                    }
                }
            }
        }
        let left = rest.len();
        self.raw.drain(..self.raw.len() - left);
    }

    fn utf16(&mut self, form: Form) {
        let pairs = self.raw.chunks_exact(2);
        let mut units: Vec<u16> = pairs
            .map(|pair| {
                let pair = [pair.first().copied().unwrap_or_default(), pair.last().copied().unwrap_or_default()];
                if form == Form::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
            })
            .collect();
        let mut used = units.len() * 2;
        if !self.ended && units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            units.pop();
            used -= 2;
        }
        for decoded in char::decode_utf16(units) {
            let character = decoded.unwrap_or('\u{fffd}');
            self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        self.raw.drain(..used);
        if self.ended {
            self.raw.clear();
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given >= self.out.len() && !self.ended {
            self.fill()?;
        }
        let count = self.out.get(self.given..).unwrap_or_default().read(to)?;
        self.given += count;
        Ok(count)
    }
}
