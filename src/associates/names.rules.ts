const LONGEST = 40;
/** How people are addressed, in the languages that tills speak most; not names. */
const TITLES = new Set('mr mrs ms miss mx dr prof herr frau m mme mlle sig sra sr dhr mevr'.split(' '));

/**
 * What somebody is called on the shop floor: the first name of a display name such as `Vera Holm` or `Holm, Vera`;
 * undefined where it is no name of a person, such as an address or a number.
 */
export function firstNameOf(displayName: string | undefined): string | undefined {
  if (displayName === undefined || /[@\d]/.test(displayName)) return undefined;
  const given = displayName.split(',')[1]?.trim() ?? '';
  const words = (given === '' ? displayName.replace(',', ' ') : given).trim().split(/\s+/);
  const first = words.find((word) => word !== '' && !TITLES.has(word.replace(/\.$/, '').toLowerCase()));
  return first === undefined ? undefined : Array.from(first).slice(0, LONGEST).join('');
}
