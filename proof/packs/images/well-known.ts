import { repositoryOf } from '../../../model/image-repository.ts';

/** What a port speaks, as far as a client's URL says what it expects. */
export type Speech = 'http' | 'grpc' | 'resp' | 'bolt' | 'postgres' | 'mysql' | 'mongodb' | 'amqp' | 'kafka';

/** What is known of an image that people run beside their own, as its documentation has it. */
export interface WellKnownImage {
  /** Its repository, without registry and tag. */
  readonly image: RegExp;
  /** Its usual ports. */
  readonly speaks?: Readonly<Record<number, Speech>>;
  /** Folders it writes to wherever its data is: one mount at or above each, by itself or another name of it. */
  readonly scratch?: (product: string) => readonly (readonly string[])[];
  /** The beginning of the variables it takes for its settings. */
  readonly prefix?: (product: string) => string;
  /** In its configuration: that a setting it does not know does not matter. */
  readonly lenient?: RegExp;
}

const underscored = (product: string): string => `${product.toUpperCase().replaceAll('-', '_')}_`;

export const wellKnownImages: readonly WellKnownImage[] = [
  { image: /^oliver006\/redis_exporter$/, speaks: { 9121: 'http' } },
  { image: /^prometheuscommunity\/postgres-exporter$/, speaks: { 9187: 'http' } },
  {
    image: /^postgres$/,
    speaks: { 5432: 'postgres' },
    scratch: () => [['/var/run/postgresql', '/run/postgresql']],
  },
  { image: /^pgvector\/pgvector$/, speaks: { 5432: 'postgres' } },
  {
    image: /^(mysql|mariadb)$/,
    speaks: { 3306: 'mysql' },
    scratch: () => [['/var/run/mysqld', '/run/mysqld']],
  },
  { image: /^mongo$/, speaks: { 27_017: 'mongodb' }, scratch: () => [['/tmp']] },
  { image: /^rabbitmq$/, speaks: { 5672: 'amqp', 15_672: 'http', 15_692: 'http' } },
  { image: /^(apache|bitnami|bitnamilegacy)\/kafka$/, speaks: { 9092: 'kafka' } },
  { image: /^nginx$/, speaks: { 80: 'http' }, scratch: () => [['/var/cache/nginx'], ['/var/run', '/run']] },
  { image: /^nginxinc\/nginx-unprivileged$/, speaks: { 8080: 'http' }, scratch: () => [['/tmp']] },
  { image: /^ollama\/ollama$/, speaks: { 11_434: 'http' } },
  { image: /^prom\/prometheus$/, speaks: { 9090: 'http' } },
  { image: /^grafana\/grafana$/, speaks: { 3000: 'http' } },
  {
    image: /^(bitnami|bitnamilegacy)\/[-a-z0-9]+$/,
    scratch: (product) => [[`/opt/bitnami/${product}/tmp`]],
    prefix: underscored,
  },
  { image: /^confluentinc\/cp-[-a-z]+$/, prefix: (product) => underscored(product.replace(/^cp-/, '')) },
];

/** Everything known of an image, with the product its repository is named after. */
export function knownImages(
  images: readonly WellKnownImage[],
  image = '',
): { readonly product: string; readonly facts: readonly WellKnownImage[] } {
  const repository = repositoryOf(image);
  return {
    product: repository.split('/').at(-1) ?? repository,
    facts: images.filter((one) => one.image.test(repository)),
  };
}
