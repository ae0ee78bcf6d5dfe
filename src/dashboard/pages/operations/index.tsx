import { type ComponentType, lazy } from 'react';
import { Route, Routes } from 'react-router';
import { NotFound } from '../not-found.tsx';
import { OutcomeProvider } from './parts/action.tsx';

/** Each page is fetched when it is first opened. */
const page = (load: () => Promise<{ default: ComponentType }>) => lazy(load);

const Today = page(() => import('./today.tsx'));
const Runs = page(() => import('./runs.tsx'));
const Run = page(() => import('./run.tsx'));
const Drafts = page(() => import('./drafts.tsx'));
const Parked = page(() => import('./parked.tsx'));
const Invoices = page(() => import('./invoices.tsx'));
const Invoice = page(() => import('./invoice.tsx'));
const CreditInvoice = page(() => import('./credit-invoice.tsx'));
const Customers = page(() => import('./customers.tsx'));
const Manage = page(() => import('./manage.tsx'));
const Corrections = page(() => import('./corrections.tsx'));
const Correction = page(() => import('./correction.tsx'));
const NewCorrection = page(() => import('./new-correction.tsx'));
const Plans = page(() => import('./plans.tsx'));
const Plan = page(async () => ({ default: (await import('./plans.tsx')).PlanPage }));
const DeadLetters = page(() => import('./dead-letters.tsx'));
const Reconciliation = page(() => import('./reconciliation.tsx'));
const ReconciliationRun = page(() => import('./reconciliation-run.tsx'));
const Messages = page(() => import('./messages.tsx'));
const Pauses = page(() => import('./pauses.tsx'));
const Audit = page(() => import('./audit.tsx'));
const Settings = page(() => import('./settings.tsx'));

/** The pages of operators, below /operations. */
export default function OperationsPages() {
  return (
    <OutcomeProvider>
      <Routes>
        <Route index element={<Today />} />
        <Route path="runs" element={<Runs />} />
        <Route path="runs/:runId" element={<Run />} />
        <Route path="drafts" element={<Drafts />} />
        <Route path="parked" element={<Parked />} />
        <Route path="invoices" element={<Invoices />} />
        <Route path="invoices/:invoiceId" element={<Invoice />} />
        <Route path="invoices/:invoiceId/credit" element={<CreditInvoice />} />
        <Route path="customers" element={<Customers />} />
        <Route path="manage/:customerId" element={<Manage />} />
        <Route path="corrections" element={<Corrections />} />
        <Route path="corrections/new" element={<NewCorrection />} />
        <Route path="corrections/:correctionId" element={<Correction />} />
        <Route path="plans" element={<Plans />} />
        <Route path="plans/:planKey" element={<Plan />} />
        <Route path="dead-letters" element={<DeadLetters />} />
        <Route path="reconciliation" element={<Reconciliation />} />
        <Route path="reconciliation/:reconciliationId" element={<ReconciliationRun />} />
        <Route path="messages" element={<Messages />} />
        <Route path="pauses" element={<Pauses />} />
        <Route path="audit" element={<Audit />} />
        <Route path="settings" element={<Settings />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </OutcomeProvider>
  );
}
