/** What of a text from elsewhere is not seen, written out. Knows no DOM. */

/**
 * Characters that are not seen, or that move others: they could make an address or a name read as another one. Those of
 * `src/unseen.rs`; a test there holds the two equal.
 */
const UNSEEN = [
  String.raw`\u{0}-\u{1f}\u{7f}-\u{9f}\u{ad}\u{34f}\u{600}-\u{605}\u{61c}\u{6dd}\u{70f}\u{890}-\u{891}\u{8e2}`,
  String.raw`\u{115f}-\u{1160}\u{17b4}-\u{17b5}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{2800}`,
  String.raw`\u{3164}\u{fe00}-\u{fe0f}\u{feff}\u{ffa0}\u{fff0}-\u{fffb}\u{110bd}\u{110cd}\u{13430}-\u{1343f}`,
  String.raw`\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}`,
].join('');
// Each is meant by itself.
// eslint-disable-next-line no-misleading-character-class
const UNSEEN_IN_CODE = new RegExp(`[${UNSEEN}]`, 'gu');

/** Names keep a joiner between letters of a script that is written with it, and what makes one sign of several emoji. */
const JOINED = String.raw`[\p{sc=Arab}\p{sc=Deva}\p{sc=Beng}\p{sc=Guru}\p{sc=Gujr}\p{sc=Orya}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}]`;
const KEPT = [
  String.raw`(?<=${JOINED})[\u200c\u200d](?=${JOINED})`,
  String.raw`(?<=\p{ExtPict}\ufe0f?|\p{EMod})\u200d(?=\p{ExtPict})`,
  String.raw`(?<=\p{ExtPict})\ufe0f`,
].join('|');
// eslint-disable-next-line no-misleading-character-class
const UNSEEN_IN_NAMES = new RegExp(`(?!${KEPT})[${UNSEEN}]`, 'gu');

/** Writes out what can't be seen, as in `\u{202e}`. @param {string} text @param {RegExp} unseen */
const writtenOut = (text, unseen) => text.replace(unseen, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);

/** Of a technical string. @param {string} text */
export const inCode = (text) => writtenOut(text, UNSEEN_IN_CODE);

/** Of a name. @param {string} text */
export const inName = (text) => writtenOut(text, UNSEEN_IN_NAMES);
