/**
 * The whole program of the child process, as text for `node -e`: so it runs the same from sources and from a build, and
 * needs no loader. Arguments: path of ffi-rs, path of libchdb, then those of the engine.
 *
 * The call blocks until the query ends, which reads its own stdin to the end: the pipe that the parent holds is the
 * leash. It closes when the parent ends, however it ends.
 *
 * ffi-rs and not koffi: koffi calls on a stack of its own, and the engine takes that for a stack overflow.
 */
export const CHILD_SOURCE = `
const [ffiPath, libraryPath, ...argv] = process.argv.slice(1);
const { open, load, DataType } = require(ffiPath);
open({ library: 'chdb', path: libraryPath });
load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [argv.length, argv],
});
process.exit(0);
`;

const LISTEN_UNTIL_STDIN_ENDS =
  "SYSTEM START LISTEN HTTP; INSERT INTO FUNCTION null('x String') SELECT x FROM file('-', 'LineAsString', 'x String')";

/** The command line of the engine. */
export function engineArguments(path: string, port: number, configPath: string): string[] {
  return [
    'clickhouse-local',
    `--config-file=${configPath}`,
    `--path=${path}`,
    '--listen_host=127.0.0.1',
    `--http_port=${port}`,
    '--output-format=TabSeparated',
    `--query=${LISTEN_UNTIL_STDIN_ENDS}`,
  ];
}
