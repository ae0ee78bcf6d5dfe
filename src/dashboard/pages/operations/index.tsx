import { Page } from '../../ui/page.tsx';

export default function OperationsPage() {
  return <Page title="Operations" />;
}
