import { neo4jName } from '../../../contract/services/neo4j.ts';
import { renamedVariable } from '../../checks/renamed-variable.ts';
import { called, type Check } from '../../checks/subject.ts';
import type { Fault } from '../../findings.ts';

/** The release that renamed them; the releases after 5 are called by their year. */
const since = 5;

/** Beginnings of variables that set a setting of Neo4j 4, and what they are called since. */
const renamed: Readonly<Record<string, string>> = {
  NEO4J_dbms_memory_: 'NEO4J_server_memory_',
  NEO4J_dbms_connector_: 'NEO4J_server_',
  NEO4J_dbms_default__listen__address: 'NEO4J_server_default__listen__address',
  NEO4J_dbms_default__advertised__address: 'NEO4J_server_default__advertised__address',
  NEO4J_dbms_default__database: 'NEO4J_initial_dbms_default__database',
  NEO4J_dbms_directories_: 'NEO4J_server_directories_',
  NEO4J_dbms_jvm_additional: 'NEO4J_server_jvm_additional',
  NEO4J_dbms_logs_: 'NEO4J_server_logs_',
  NEO4J_dbms_tx__log_: 'NEO4J_db_tx__log_',
  NEO4J_metrics_: 'NEO4J_server_metrics_',
};

/** Settings that Neo4j's transactions kept under `dbms`. */
const kept = /^NEO4J_dbms_memory_transaction_/;

/** A setting of Neo4j 4 given to a later one: it warns at best, and reads the setting by its new name. */
export const renamedSettings: Check = ({ known }) =>
  known
    .filter(
      ({ program, container }) =>
        program.facts.name === neo4jName && versionOf(container.spec.image) >= since,
    )
    .flatMap(({ workload, container }) =>
      container.env.flatMap(({ name, place }): Fault[] => {
        const old = kept.test(name) ? undefined : Object.keys(renamed).find((one) => name.startsWith(one));
        if (old === undefined) return [];
        const now = `${renamed[old] ?? ''}${name.slice(old.length)}`;
        return [
          {
            code: 'BAD_SETTING',
            severity: 'warning',
            message: `${name} of ${called(workload)} is a setting of Neo4j 4; this one calls it ${now}.`,
            here: place,
            fix: `Write ${now}.`,
            ...(container.variables.has(now) ? {} : renamedVariable(place, name, now)),
          },
        ];
      }),
    );

/** The first number of an image's tag; 0 where it has none. */
const versionOf = (image = ''): number => Number(/:v?(\d+)[^/]*$/.exec(image.replace(/@.*$/, ''))?.[1] ?? 0);
