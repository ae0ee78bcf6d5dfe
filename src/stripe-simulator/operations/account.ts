import { renderAccount } from '../objects/account.ts';
import { expand } from '../schema.ts';
import { operation } from './operation.ts';

export const accountOperations = [
  operation({
    name: 'accounts.retrieveCurrent',
    method: 'GET',
    path: '/v1/account',
    parameters: { expand: expand() },
    answers: 'account',
    run: ({ business }) => renderAccount(business),
  }),
];
