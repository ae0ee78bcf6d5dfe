import { useQuery } from '@tanstack/react-query';
import { type AnswerOf, take } from '../client/index.ts';
import { client } from './api.ts';

export type Expected = AnswerOf<'/v1/customers/{id}/expected-bill'>;
export type ExpectedBill = Expected['bills'][number];

/** With what each bill is compared; the first is what the API does by itself. */
export type Comparison = 'last-bill' | 'same-point' | 'none';

/**
 * What a customer will pay as it stands now. Every page asks through this, so that pages that want the same share one answer.
 * @param refreshMs after how long it is asked again while the page is open; by default not at all
 */
export function useExpectedBill(id: string, compare: Comparison = 'last-bill', refreshMs?: number) {
  return useQuery({
    queryKey: ['expected-bill', id, compare],
    queryFn: ({ signal }) =>
      take(client.GET('/v1/customers/{id}/expected-bill', { params: { path: { id }, query: { compare } }, signal })),
    refetchInterval: refreshMs ?? false,
  });
}
