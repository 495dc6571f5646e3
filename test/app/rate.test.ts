import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pace, type Rate } from '../../app/rate.ts';
import { LocalPaces } from '../../app/stores/patient-rates.ts';

const rates: fc.Arbitrary<Rate> = fc.record({
  perSecond: fc.integer({ min: 1, max: 1_000 }),
  burst: fc.integer({ min: 1, max: 50 }),
});
/** Milliseconds between two that come. */
const gaps = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 200 });

test('in no stretch of time more goes on than the burst and what the rate gives', () => {
  fc.assert(
    fc.property(rates, gaps, (rate, waits) => {
      const pace = new Pace();
      const taken: number[] = [];
      let now = 1_000;
      for (const wait of waits) {
        now += wait;
        if (pace.take(rate, now) === 0) taken.push(now);
      }
      for (const [from, start] of taken.entries())
        for (const [to, end] of taken.entries())
          if (to >= from)
            expect(to - from + 1).toBeLessThanOrEqual(
              rate.burst + (1.001 * (end - start) * rate.perSecond) / 1_000 + 1e-6,
            );
    }),
  );
});

test('who is refused may go on after the time that is told, and not sooner', () => {
  fc.assert(
    fc.property(rates, (rate) => {
      const pace = new Pace();
      for (let nth = 0; nth < rate.burst; nth += 1) expect(pace.take(rate, 1_000)).toBe(0);
      const wait = pace.take(rate, 1_000);
      expect(wait).toBeGreaterThan(0);
      expect(pace.take(rate, 1_000 + wait - 1)).toBeGreaterThan(0);
      expect(pace.take(rate, 1_000 + wait)).toBe(0);
    }),
  );
});

test('a rate that was lowered is held to at once, and no one waits for the higher one’s past', () => {
  const pace = new Pace();
  for (let nth = 0; nth < 100; nth += 1) pace.take({ perSecond: 1, burst: 100 }, 1_000);
  expect(pace.take({ perSecond: 10, burst: 2 }, 1_000)).toBe(100);
});

test('of patients who say no more nothing is kept', () => {
  const paces = new LocalPaces();
  const rate = { perSecond: 10, burst: 5 };
  for (let nth = 0; nth < 1_000; nth += 1) paces.take(`patient:${nth}`, rate, 1_000 + nth);
  expect(paces.size).toBeLessThan(110);
  expect(paces.take('patient:last', rate, 10_000)).toBe(0);
  expect(paces.size).toBe(1);
});
