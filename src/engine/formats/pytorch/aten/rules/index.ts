/** All operators that are read. */
import { operatorTable } from '../values/table';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { attention } from './attention';
import { comparison } from './comparison';
import { convolution } from './convolution';
import { creation } from './creation';
import { indexing } from './indexing';
import { joining } from './joining';
import { linearAlgebra } from './linear';
import { normalisation } from './normalisation';
import { nothing } from './nothing';
import { padding } from './padding';
import { pooling } from './pooling';
import { reduction } from './reduction';
import { resampling } from './resampling';
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
  attention,
  comparison,
  creation,
  indexing,
  padding,
  resampling,
  sizes,
]);
