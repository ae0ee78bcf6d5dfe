/**
 * What must not be in a document: control characters, halves of characters, and the marks that turn the direction of
 * text, with which a name could make the digits after it read backwards. Joiners (U+200C, U+200D) and soft hyphens
 * belong to the writing of some languages.
 */
const unwanted = /(?!\u200c|\u200d|\u00ad)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu;

/** A run that no line could hold, and that has no place to break by itself. */
const longRun = /[^\s\u200b\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]{28,}/gu;
const runLength = 14;

/** Text that people wrote, as one line: without what cannot be seen, and with places to break in very long words. */
export function plainText(text: string): string {
  const line = text.replace(/\s+/gu, ' ').replace(unwanted, '').trim();
  return line.replace(longRun, (run) => [...run].reduce(breakAfterSome, ''));
}

function breakAfterSome(text: string, character: string, index: number): string {
  return index > 0 && index % runLength === 0 ? `${text}\u200b${character}` : text + character;
}

/** Text that people wrote in several lines; empty ones are left out. */
export function plainLines(text: string | null): string[] {
  return (text ?? '')
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map(plainText)
    .filter((line) => line !== '');
}
