import { resourceMissing } from '../errors.ts';
import { renderCreditNote, renderCreditNoteLine } from '../objects/credit-note.ts';
import type { CreditNoteLineRecord, CreditNoteRecord } from '../objects/credit-note-records.ts';
import { beyond, expand, firstMetadata, id, range, text } from '../schema.ts';
import type { Transaction } from '../state.ts';
import { type CreditNoteParams, creditNoteParameters, validateCreditNote } from './credit-note-parameters.ts';
import { issueCreditNote, planCreditNote, voidCreditNote } from './credit-note-record.ts';
import { isBefore, pageParameters, paginate, sequenceOf, validatePage, within } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { type Call, operation } from './operation.ts';

function existing({ ids, tx }: { ids: Call['ids']; tx: Transaction }): CreditNoteRecord {
  const id = ids['credit_note'] ?? '';
  const note = tx.get('creditNote', id);
  if (note === undefined) throw resourceMissing('credit_note', id, 'id', 'path');
  return note;
}

/** Lines stand in the order in which they were sent. */
function listLines(
  lines: readonly CreditNoteLineRecord[],
  url: string,
  { params, business }: Call<{ limit?: number; ending_before?: string; starting_after?: string }>,
) {
  return paginate(sequenceOf(lines), params, {
    noun: 'credit note line item',
    url,
    render: (line) => renderCreditNoteLine(line, business),
  });
}

export const creditNoteOperations = [
  operation({
    name: 'creditNotes.create',
    method: 'POST',
    path: '/v1/credit_notes',
    parameters: creditNoteParameters,
    answers: 'credit_note',
    validate: validateCreditNote,
    run: (call) => renderCreditNote(issueCreditNote(call), call.tx, call.business),
  }),
  operation({
    name: 'creditNotes.preview',
    method: 'GET',
    path: '/v1/credit_notes/preview',
    parameters: creditNoteParameters,
    answers: 'credit_note',
    validate: validateCreditNote,
    run: (call) => renderCreditNote(planCreditNote(call).note, call.tx, call.business),
  }),
  operation({
    name: 'creditNotes.listPreviewLineItems',
    method: 'GET',
    path: '/v1/credit_notes/preview/lines',
    parameters: { ...creditNoteParameters, ...pageParameters },
    answers: 'credit_note_line_item',
    isList: true,
    validate: (params) => {
      validatePage(params);
      validateCreditNote(params);
    },
    run: (call) =>
      listLines(planCreditNote(call as Call<CreditNoteParams>).note.lines, '/v1/credit_notes/preview/lines', call),
  }),
  operation({
    name: 'creditNotes.retrieve',
    method: 'GET',
    path: '/v1/credit_notes/{credit_note}',
    parameters: { expand: expand() },
    answers: 'credit_note',
    run: (call) => renderCreditNote(existing(call), call.tx, call.business),
  }),
  operation({
    name: 'creditNotes.update',
    method: 'POST',
    path: '/v1/credit_notes/{credit_note}',
    parameters: { expand: expand(), memo: text(5000), metadata: firstMetadata() },
    answers: 'credit_note',
    run: (call) => {
      const { params, tx, business } = call;
      const note = existing(call);
      const changed: CreditNoteRecord = {
        ...note,
        memo: params.memo === undefined ? note.memo : params.memo,
        metadata: mergeMetadata(note.metadata, params.metadata),
      };
      tx.put('creditNote', changed);
      return renderCreditNote(changed, tx, business);
    },
  }),
  operation({
    name: 'creditNotes.voidCreditNote',
    method: 'POST',
    path: '/v1/credit_notes/{credit_note}/void',
    parameters: { expand: expand() },
    answers: 'credit_note',
    run: (call) => renderCreditNote(voidCreditNote(existing(call), call), call.tx, call.business),
  }),
  operation({
    name: 'creditNotes.listLineItems',
    method: 'GET',
    path: '/v1/credit_notes/{credit_note}/lines',
    parameters: pageParameters,
    answers: 'credit_note_line_item',
    isList: true,
    validate: validatePage,
    run: (call) => {
      const note = existing(call);
      return listLines(note.lines, `/v1/credit_notes/${note.id}/lines`, call);
    },
  }),
  operation({
    name: 'creditNotes.list',
    method: 'GET',
    path: '/v1/credit_notes',
    parameters: {
      ...pageParameters,
      created: range(),
      customer: id(),
      customer_account: beyond(),
      invoice: id(),
    },
    answers: 'credit_note',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, business }) => {
      const { created, customer, invoice } = params;
      return paginate(tx.all('creditNote'), params, {
        noun: 'credit_note',
        url: '/v1/credit_notes',
        isTooOld: (note) => isBefore(created, note.created),
        filter: (note) =>
          (customer === undefined || note.customer === customer) &&
          (invoice === undefined || note.invoice === invoice) &&
          within(created, note.created),
        render: (note) => renderCreditNote(note, tx, business),
      });
    },
  }),
];
