import {
  boolYaml11Tag,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  FAILSAFE_SCHEMA,
  floatCoreTag,
  floatYaml11Tag,
  intCoreTag,
  intYaml11Tag,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  seqTag,
} from 'js-yaml';

/** The scalar forms of both versions of YAML, but a number of minutes, `1:30`, which Kubernetes' reader takes for a text. */
const number = (oldForm: typeof intYaml11Tag, newForm: typeof intYaml11Tag): typeof intYaml11Tag => ({
  ...oldForm,
  resolve: (source, isExplicit, tagName) => {
    if (source.includes(':')) return NOT_RESOLVED;
    const found = oldForm.resolve(source, isExplicit, tagName);
    return found === NOT_RESOLVED ? newForm.resolve(source, isExplicit, tagName) : found;
  },
});

/** Tags of other programs say nothing to Kubernetes' reader: `!secret x` is the text x. */
const foreignTags = ['!', 'tag:'].flatMap((prefix) => [
  defineScalarTag(prefix, { matchByTagPrefix: true, resolve: (source) => source, identify: () => false }),
  defineSequenceTag(prefix, { ...seqTag, matchByTagPrefix: true, identify: () => false }),
  defineMappingTag(prefix, { ...mapTag, matchByTagPrefix: true, identify: () => false }),
]);

/** YAML as Kubernetes' own reader (sigs.k8s.io/yaml) takes it: 1.1 with the numbers of 1.2, without times and dates. */
export const kubernetesYaml = FAILSAFE_SCHEMA.withTags(
  nullYaml11Tag,
  boolYaml11Tag,
  number(intYaml11Tag, intCoreTag),
  number(floatYaml11Tag, floatCoreTag),
  mergeTag,
  ...foreignTags,
);
