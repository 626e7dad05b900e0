// @ts-check
/** Medians and spreads, and how figures are written. */

/** @param {readonly number[]} values @param {number} at between 0 and 1 */
function quantile(values, at) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = at * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place - Math.floor(place));
}

/** @typedef {{ median: number, low: number, high: number, rounds: number }} Summary `low` and `high`: half of the rounds lie between. */

/** @param {readonly number[]} values @returns {Summary} */
export const summary = (values) => ({
  median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75), rounds: values.length,
});

/**
 * How many times theirs ours is, round by round: what the machine did besides met both, and falls out.
 * @param {readonly number[]} ours @param {readonly number[]} theirs of the same rounds
 */
export const ratio = (ours, theirs) => summary(ours.map((value, round) => value / theirs[round]));

/** Three digits that count. @param {number} value */
export const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** @param {Summary} value */
export const spread = ({ low, high }) => `${digits(low)}–${digits(high)}`;

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
