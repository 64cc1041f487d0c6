/** All operators that are read. */
import { operatorTable } from '../values/table';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { convolution } from './convolution';
import { joining } from './joining';
import { linearAlgebra } from './linear';
import { normalisation } from './normalisation';
import { nothing } from './nothing';
import { pooling } from './pooling';
import { reduction } from './reduction';
import { shape } from './shape';
import { sizes } from './sizes';

export const operators = operatorTable([
  convolution,
  pooling,
  normalisation,
  activation,
  arithmetic,
  linearAlgebra,
  shape,
  joining,
  reduction,
  nothing,
  sizes,
]);
