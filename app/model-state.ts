import type { ModelReport } from '../contract/http.ts';
import { errorText } from './observability/error-text.ts';

/** Whether a model answered when it was last asked. */
export class ModelState {
  #lastError: string | undefined;

  /** Why it did not answer; none where it did. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  succeeded(): void {
    this.#lastError = undefined;
  }

  failed(error: unknown): void {
    this.#lastError = errorText(error);
  }

  report(name: string): ModelReport {
    const lastError = this.#lastError ?? null;
    return { name, state: lastError === null ? 'open' : 'away', lastError };
  }
}
