//! Characters that are not seen, but move others or make one text read as another.

/// Whether a character steers a terminal, turns the reading order around, or is not seen at all: controls, format
/// characters, what Unicode calls ignorable by default, and letters that are drawn as nothing. `extension/shared/unseen.js`
/// has the same.
pub fn unseen(c: char) -> bool {
    // What most texts are made of first.
    !matches!(c, ' '..='~')
        && matches!(
            c,
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}'
                | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}'
                | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The characters of the class that the extension's pages go by.
    fn of_the_extension() -> Vec<bool> {
        let script = include_str!("../extension/shared/unseen.js");
        let class = script.split_once("const UNSEEN = [").unwrap().1.split_once(']').unwrap().0;
        let class: String = class.split('`').skip(1).step_by(2).collect();
        let mut all = vec![false; 0x11_0000];
        let mut from = None;
        let mut open = false;
        for part in class.split_inclusive('}') {
            open |= part.starts_with('-');
            let hex = part.trim_start_matches('-').strip_prefix("\\u{").unwrap().strip_suffix('}').unwrap();
            let at = usize::from_str_radix(hex, 16).unwrap();
            let first = if open { from.unwrap() } else { at };
            all.get_mut(first..=at).unwrap().fill(true);
            (from, open) = (Some(at), false);
        }
        all
    }

    #[test]
    fn the_extension_knows_the_same() {
        let theirs = of_the_extension();
        let differ: Vec<char> = (0..=0x10_ffff)
            .filter_map(char::from_u32)
            .filter(|&c| theirs.get(c as usize) != Some(&unseen(c)))
            .collect();
        assert_eq!(differ, [] as [char; 0]);
    }

    #[test]
    fn letters_and_signs_are_seen() {
        assert!("aZ~ \u{a0}ü\u{200a}ع私👩🏽".chars().all(|c| !unseen(c)));
        assert!(
            "\n\u{1b}\u{9b}\u{34f}\u{115f}\u{200d}\u{202e}\u{2066}\u{2800}\u{3164}\u{fe0f}\u{ffa0}\u{e0100}"
                .chars()
                .all(unseen)
        );
    }
}
