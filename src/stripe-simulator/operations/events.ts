import { exclusiveParameters, resourceMissing } from '../errors.ts';
import type { LoggedEvent } from '../events/entry.ts';
import { retentionSeconds } from '../events/log.ts';
import { renderEvent } from '../objects/event.ts';
import { boolean, expand, id, list, range } from '../schema.ts';
import { isBefore, pageParameters, paginate, validatePage, within } from './listing.ts';
import { operation } from './operation.ts';

const maximumTypes = 20;

/** `invoice.*` stands for every event of invoices, `*` for all. */
function isOfType(event: LoggedEvent, wanted: string): boolean {
  return wanted.endsWith('*') ? event.type.startsWith(wanted.slice(0, -1)) : event.type === wanted;
}

export const eventOperations = [
  operation({
    name: 'events.retrieve',
    method: 'GET',
    path: '/v1/events/{event}',
    parameters: { expand: expand() },
    answers: 'event',
    run: ({ ids: { event = '' }, tx, now, business }) => {
      const found = tx.events.get(event);
      if (found === undefined || found.created < now - retentionSeconds) {
        throw resourceMissing('event', event, 'id', 'path');
      }
      return renderEvent(found, business);
    },
  }),
  operation({
    name: 'events.list',
    method: 'GET',
    path: '/v1/events',
    parameters: {
      ...pageParameters,
      created: range(),
      delivery_success: boolean(),
      type: id(),
      types: list(id(), maximumTypes),
    },
    answers: 'event',
    isList: true,
    validate: (params) => {
      validatePage(params);
      if (params.type !== undefined && params.types !== undefined)
        throw exclusiveParameters(['type', 'types'], 'types');
    },
    run: ({ params, tx, now, business }) => {
      const types = params.types ?? (params.type === undefined ? undefined : [params.type]);
      const isForgotten = ({ created }: LoggedEvent) => created < now - retentionSeconds;
      return paginate(tx.events, params, {
        noun: 'event',
        url: '/v1/events',
        isTooOld: (event) => isForgotten(event) || isBefore(params.created, event.created),
        filter: (event) =>
          !isForgotten(event) &&
          (types === undefined || types.some((wanted) => isOfType(event, wanted))) &&
          (params.delivery_success === undefined || params.delivery_success === (event.pending === 0)) &&
          within(params.created, event.created),
        render: (event) => renderEvent(event, business),
      });
    },
  }),
];
