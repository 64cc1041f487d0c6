/** Numbers of DataType by the names that JSON has (tensorflow/core/framework/types.proto). */
const names =
  'INVALID FLOAT DOUBLE INT32 UINT8 INT16 INT8 STRING COMPLEX64 INT64 BOOL QINT8 QUINT8 QINT32 BFLOAT16 QINT16 QUINT16 UINT16 COMPLEX128 HALF RESOURCE VARIANT UINT32 UINT64'.split(
    ' ',
  );

/** 0 for a name that is none. */
export function dtypeNamed(name: string): number {
  const match = /^DT_(\w+?)(_REF)?$/.exec(name);
  const number = names.indexOf(match?.[1] ?? '');
  return number <= 0 ? 0 : number + (match?.[2] ? 100 : 0);
}
