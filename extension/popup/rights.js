/**
 * The articles of the International Covenant on Civil and Political Rights that a technique touches, as its detector in
 * src/detectors/ says.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const RIGHTS = {
  'tracker-request': ['iccpr-17', 'iccpr-19'],
  'ad-request': ['iccpr-17'],
  'social-request': ['iccpr-17', 'iccpr-21-22'],
  'link-decoration': ['iccpr-17'],
  'cname-cloaking': ['iccpr-17'],
  'third-party-contact': ['iccpr-17'],
  'added-list': ['iccpr-17', 'iccpr-19'],
  'surveillance-actor': ['iccpr-17', 'iccpr-19'],
};
