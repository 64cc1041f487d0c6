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

/** By what they do, in the order of the page about them. */
export const families = {
  Convolution: convolution,
  Pooling: pooling,
  Normalisation: normalisation,
  Activations: activation,
  Arithmetic: arithmetic,
  'Comparisons and choices': comparison,
  'Matrix products': linearAlgebra,
  Attention: attention,
  Shapes: shape,
  'Joining and cutting': joining,
  Indexing: indexing,
  Padding: padding,
  Resampling: resampling,
  Reductions: reduction,
  'Values made of numbers': creation,
  Sizes: sizes,
  'What changes no number': nothing,
};

export const operators = operatorTable(Object.values(families));
