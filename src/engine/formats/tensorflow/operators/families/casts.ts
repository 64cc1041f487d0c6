import { typeCode } from '../../../../graph/ops/elementTypes';
import type { Operation, Rules } from '../operation';

/** Between types that are one here (int32 and int64, the floating-point types) nothing changes. */
function cast(o: Operation): void {
  const to = o.type('DstT');
  if (o.type('SrcT') === to) o.give('Identity', [o.x()]);
  else o.give('Cast', [o.x()], { to: typeCode(to) });
}

export const casts: Rules = { Cast: cast };
