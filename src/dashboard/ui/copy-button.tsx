import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button.tsx';
import { toast } from './toast.tsx';

/** Copies a text, such as an id or a key, and says so. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      toast('Copied.');
    } catch {
      toast('The browser did not let this page copy; select the text instead.', 'bad');
    }
  }

  const icon = isCopied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />;
  return (
    <Button kind="quiet" size="small" icon={icon} onPress={() => void copy()}>
      {label}
    </Button>
  );
}
