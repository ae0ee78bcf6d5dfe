import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Packages of the families that documents are set in (see ../frame.ts), all under the SIL Open Font License. */
const packages = [
  'inter',
  'vazirmatn',
  'noto-sans-hebrew',
  'noto-sans-thai',
  'noto-sans-devanagari',
  'noto-sans-jp',
  'noto-sans-sc',
  'noto-sans-kr',
];
const weights = ['400Regular', '500Medium', '600SemiBold'];

/** The folders that are looked through for fonts; their files are read when a document needs them. */
export function fontFolders(): string[] {
  return packages.flatMap((name) => {
    const home = dirname(require.resolve(`@expo-google-fonts/${name}/package.json`));
    return weights.map((weight) => join(home, weight));
  });
}
