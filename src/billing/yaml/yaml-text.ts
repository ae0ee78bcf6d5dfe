import { type Document, LineCounter, parseDocument } from 'yaml';
import { hasField, lineOf } from './line-of.ts';

/** What keeps a text from being read as YAML: a sentence, where it is, and what to do. */
export class YamlFault extends Error {
  readonly line: number | undefined;
  readonly mend: string;

  constructor(reason: string, mend: string, line?: number) {
    super(reason);
    this.line = line;
    this.mend = mend;
  }
}

/** Content that was written in YAML, of which JSON is a part, and the lines on which its fields stand. */
export class YamlText {
  readonly content: unknown;
  readonly #document: Document;
  readonly #lines = new LineCounter();

  /** @throws YamlFault */
  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: true });
    const [error] = this.#document.errors;
    if (error !== undefined) {
      const reason = `This is not YAML that can be read: ${error.message.split(/ at line|\n/)[0]}.`;
      throw new YamlFault(reason, 'Correct the line.', error.linePos?.[0].line);
    }
    try {
      this.content = this.#document.toJS();
    } catch (fault) {
      // An alias that is used so often that the content would fill the memory.
      if (!(fault instanceof ReferenceError)) throw fault;
      throw new YamlFault(`${fault.message}.`, 'Write it without so many aliases.');
    }
  }

  /**
   * The line on which a field stands, or the nearest one around it that is there; undefined where there is nothing.
   * @param field a path such as `plans[0].prices[2].tiers[1].upTo`
   */
  lineOf(field: string): number | undefined {
    return lineOf(this.#document, this.#lines, field);
  }

  /** Whether the field is there. */
  has(field: string): boolean {
    return hasField(this.#document, field);
  }
}
