import type { Catalogued } from '../catalogued.ts';
import { insideOnly } from '../words/shared.ts';

/** Configuration, and the parts that Durabill starts. */
export const stackErrors = {
  'config-invalid': {
    status: 500,
    title: 'The configuration is not valid.',
    customer: insideOnly,
    mend: 'Correct the named environment variable.',
  },
  'part-missing': {
    status: 500,
    title: 'A program that Durabill needs is not installed.',
    customer: insideOnly,
    mend: 'Install it with the named command.',
  },
  'part-failed': {
    status: 500,
    title: 'A part of the embedded stack did not come up.',
    customer: insideOnly,
    mend: 'Read the named log, then start again.',
  },
  'data-directory-held': {
    status: 500,
    title: 'Another copy of Durabill uses this data directory.',
    customer: insideOnly,
    mend: 'Stop the other copy first, or give this one its own data directory.',
  },
} as const satisfies Record<string, Catalogued>;
