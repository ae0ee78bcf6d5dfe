import { catalogue } from '../errors/catalogue.ts';
import type { Catalogued } from '../errors/catalogued.ts';
import { type FailureWords, failureWords } from '../errors/words/failures.ts';
import type { CustomerWords, StateWords } from '../errors/words/reader.ts';
import { stateSubjects } from '../errors/words/states.ts';

/** The columns of the three readers; the first two are null for customers. */
type Readers = { engineer: string | null; operator: string | null; customer: CustomerWords | null };

export type Words = {
  states: Record<string, { about: string; states: Record<string, Pick<StateWords, 'label' | 'tone'> & Readers> }>;
  errors: Record<string, { status: number } & Readers>;
  failures: Record<string, Readers>;
  failureCodes: Record<string, string>;
};

/** The catalogue for those who run the deployment: all columns. */
export function wordsForOperators(failureCodes: ReadonlyMap<string, string>): Words {
  return {
    states: mapped(stateSubjects, ({ about, states }) => ({
      about,
      states: mapped<StateWords, StateWords>(states, (state) => state),
    })),
    errors: mapped<Catalogued, Words['errors'][string]>(catalogue, ({ status, title, mend, customer }) => {
      return { status, engineer: title, operator: mend, customer };
    }),
    failures: mapped<FailureWords, Readers>(failureWords, (failure) => failure),
    failureCodes: Object.fromEntries(failureCodes),
  };
}

/** What customers may read of it: their own column, of what they can meet. */
export function wordsForCustomers(): Words {
  const own = <Entry extends { customer: CustomerWords | null }>(entry: Entry) => {
    return entry.customer === null ? undefined : { ...entry, engineer: null, operator: null };
  };
  const all = wordsForOperators(new Map());
  const states = mapped(all.states, (subject) => {
    const met = mapped(subject.states, own);
    return Object.keys(met).length === 0 ? undefined : { ...subject, states: met };
  });
  return { states, errors: mapped(all.errors, own), failures: {}, failureCodes: {} };
}

/** Each entry as `of` makes it; those of which it makes nothing are left out. */
function mapped<From, To>(entries: Readonly<Record<string, From>>, of: (entry: From) => To | undefined) {
  const made = Object.entries(entries).flatMap(([name, entry]): [string, To][] => {
    const one = of(entry);
    return one === undefined ? [] : [[name, one]];
  });
  return Object.fromEntries(made);
}
