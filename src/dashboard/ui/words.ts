import { useQuery } from '@tanstack/react-query';
import { type AnswerOf, take } from '../../client/index.ts';
import { client } from '../api.ts';
import type { Tone } from './badge.tsx';

type Words = AnswerOf<'/v1/words'>;

/** What a state is called and means; engineer and operator are null where a customer reads. */
export type StateWords = Words['states'][string]['states'][string];
/** The columns of the three readers. */
export type Readers = Pick<StateWords, 'engineer' | 'operator' | 'customer'>;
export type CustomerWords = NonNullable<StateWords['customer']>;

/** The catalogue of words, fetched once for all pages; undefined until it is there. */
function useWords(): Words | undefined {
  const { data } = useQuery({
    queryKey: ['words'],
    queryFn: ({ signal }) => take(client.GET('/v1/words', { signal })),
    // They change with the program only.
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data;
}

/**
 * The words for a state of a subject, both as `GET /v1/words` names them; undefined until they are there, and where there
 * are none. Of several at once, such as `pending, succeeded`, those of the first.
 */
export function useStateWords(subject: string, state: string): StateWords | undefined {
  const states = useWords()?.states[subject]?.states;
  return states?.[state] ?? states?.[state.split(', ', 1)[0] ?? state];
}

/** The names of the states of a subject, for a list to choose from. */
export function useStateLabels(subject: string): (state: string) => string {
  const states = useWords()?.states[subject]?.states;
  return (state) => states?.[state]?.label ?? plainly(state);
}

/** The words for the code of an error, of a failure, or of Stripe; undefined where there are none. */
export function useProblemWords(code: string): Readers | undefined {
  const words = useWords();
  if (words === undefined) return undefined;
  const { errors, failures, failureCodes, states } = words;
  return errors[code] ?? failures[failureCodes[code] ?? code] ?? states['waiting-reason']?.states[code];
}

/** A state as it stands in the API, for as long as nothing better is known: `backing_off` as "Backing off". */
export function plainly(state: string): string {
  const text = state.replaceAll(/[-_]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const tones: Record<StateWords['tone'], Tone> = {
  neutral: 'neutral',
  good: 'good',
  waiting: 'info',
  attention: 'warn',
  bad: 'bad',
};

/** The look of a state; neutral for one that is not known. */
export function toneOf(words: StateWords | undefined): Tone {
  return words === undefined ? 'neutral' : tones[words.tone];
}
