/** The languages that documents and mails are written in. */
export const documentLanguages = ['en', 'de', 'fr', 'es', 'ja', 'zh', 'ar', 'he'] as const;

/** A language by its name in English, as these pages are. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Every country that the browser has a name for, by that name. */
export function countries(): { id: string; label: string }[] {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  return letters
    .flatMap((first) => letters.map((second) => `${first}${second}`))
    .flatMap((code) => {
      const label = names.of(code);
      return label === undefined || unreal.has(code) ? [] : [{ id: code, label }];
    })
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** Codes with a name that are no country: unions, pseudo-locales, codes of the past. */
const unreal = new Set('AC AN BU CP CQ CS DD DG EA EU EZ FX IC NT QO SU TA TP UK UN XA XB YD YU ZR ZZ'.split(' '));
