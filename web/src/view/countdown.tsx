import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

/** Whole seconds until `until`, on the clock of Date.now. */
export function Countdown({ until }: { until: number }): JSX.Element {
  const now = useSignal(Date.now());
  useEffect(() => {
    now.value = Date.now();
    const timer = setInterval(() => (now.value = Date.now()), 250);
    return () => clearInterval(timer);
  }, [until]);
  const seconds = Math.max(0, Math.ceil((until - now.value) / 1_000));
  return (
    <span class="countdown" aria-hidden="true">
      {seconds} s
    </span>
  );
}
