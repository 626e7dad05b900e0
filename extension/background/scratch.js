/**
 * Writes addresses, and what goes with them, into the engine's buffer, as many a second as a page asks for. Imports nothing: the benchmark runs this
 * file too.
 */

const encoder = new TextEncoder();
/** See `scratch` in pkg/onlooker.d.ts. */
const BYTES = 131_072;
/** Text longer than this is written quicker by the encoder. */
const BY_HAND = 160;

/** @typedef {{scratch(min: number): number}} Core */

/**
 * @param {Core} engine @param {WebAssembly.Memory} memory its own
 * @returns {(text: string, from?: number) => number} writes a text that was cut before, and gives its length in bytes;
 *   `from`: behind so many bytes that were written before
 */
export function addressWriter(engine, memory) {
  let scratch = new Uint8Array(0);
  return (text, from = 0) => {
    // A UTF-16 unit is at most three bytes.
    if (from + text.length * 3 > BYTES) throw new RangeError('a text was not cut before it was judged');
    // The memory moves when it grows; the buffer in it stays where it is.
    if (scratch.buffer !== memory.buffer) {
      const address = engine.scratch(BYTES);
      if (address === 0) throw new RangeError('the engine gives no buffer');
      scratch = new Uint8Array(memory.buffer, address, BYTES);
    }
    if (text.length > BY_HAND) return encoder.encodeInto(text, scratch.subarray(from)).written;
    // Nearly every URL is ASCII, and so short that writing it by hand is quicker than to call the encoder.
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit > 127) return encoder.encodeInto(text, scratch.subarray(from)).written;
      scratch[from + at] = unit;
    }
    return text.length;
  };
}
