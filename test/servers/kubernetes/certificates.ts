import { generateKeyPairSync } from 'node:crypto';
import { generate } from 'selfsigned';

export interface KeyAndCertificate {
  key: string;
  cert: string;
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>;

/** Valid for an hour already, for a client whose clock is behind. */
const common = () =>
  ({ keyType: 'ec', algorithm: 'sha256', notBeforeDate: new Date(Date.now() - 3_600_000) }) as const;

/** Makes a certificate authority that lives as long as the test that made it (PEM). */
export async function createAuthority(): Promise<KeyAndCertificate> {
  const extensions: Extensions = [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
  ];
  const made = await generate([{ name: 'commonName', value: 'mooring test CA' }], {
    ...common(),
    extensions,
  });
  return { key: made.private, cert: made.cert };
}

/** A certificate for a server that is dialled by one IP address. */
export function serverCertificate(ca: KeyAndCertificate, ip: string): Promise<KeyAndCertificate> {
  return signed(
    ca,
    [{ name: 'commonName', value: 'kube-apiserver' }],
    [
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip }] },
    ],
  );
}

/** A certificate by which Kubernetes knows its holder: common name is the user, organization the group. */
export function clientCertificate(
  ca: KeyAndCertificate,
  user: { name: string; group: string },
): Promise<KeyAndCertificate> {
  const subject = [
    { name: 'commonName', value: user.name },
    { name: 'organizationName', value: user.group },
  ];
  return signed(ca, subject, [{ name: 'extKeyUsage', clientAuth: true }]);
}

/** The key pair that signs ServiceAccount tokens (PEM). */
export function signingKeys(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

async function signed(
  ca: KeyAndCertificate,
  subject: { name: string; value: string }[],
  extensions: Extensions,
): Promise<KeyAndCertificate> {
  const made = await generate(subject, { ...common(), ca, extensions });
  return { key: made.private, cert: made.cert };
}
