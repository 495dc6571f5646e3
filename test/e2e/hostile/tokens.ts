import { SignJWT, UnsecuredJWT } from 'jose';

const algorithm = 'HS256';
const bytes = (secret: string): Uint8Array => new TextEncoder().encode(secret);

/** Tokens, right and wrong ones. */
export class Tokens {
  readonly secret = 'a-shared-secret-of-more-than-256-bits';

  valid(patient: string): Promise<string> {
    return this.#signed({ sub: patient, exp: 4e9 });
  }

  /** With the right key, and these claims alone. */
  claiming(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return this.#signed(claims);
  }

  forged(patient: string): Promise<string> {
    return this.#signed({ sub: patient, exp: 4e9 }, 'another-secret-of-more-than-256-bits!');
  }

  otherAlgorithm(patient: string): Promise<string> {
    return this.#signed({ sub: patient, exp: 4e9 }, `${this.secret}${this.secret}`, 'HS512');
  }

  unsigned(patient: string): string {
    return new UnsecuredJWT({ sub: patient, exp: 4e9 }).encode();
  }

  #signed(claims: Readonly<Record<string, unknown>>, secret = this.secret, alg = algorithm): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg }).sign(bytes(secret));
  }
}
