/** Every operator that the engine understands. An operator's rules stand together in its family's file. */
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { bits } from './bits';
import { casting } from './casting';
import { convolution } from './convolution';
import type { OperatorDefinition, Operators } from './definition';
import { deformableConvolution } from './deformableConvolution';
import { einsum } from './einsum';
import { gridSampling } from './gridSampling';
import { indexing } from './indexing';
import { joining } from './joining';
import { linear } from './linear';
import { localResponse } from './localResponse';
import { logic } from './logic';
import { lpNorms } from './lpNorms';
import { normalisation } from './normalisation';
import { padding } from './padding';
import { pooling } from './pooling';
import { quantisation } from './quantisation';
import { reductions } from './reduction';
import { resampling } from './resampling';
import { scanning } from './scanning';
import { scattering } from './scattering';
import { selecting } from './selecting';
import { shapes } from './shape';
import { sizes } from './sizes';
import { softmax } from './softmax';
import { trigonometry } from './trigonometry';
import { unpooling } from './unpooling';

export const operators: Operators = {
  ...convolution,
  ...deformableConvolution,
  ...pooling,
  ...unpooling,
  ...lpNorms,
  ...normalisation,
  ...localResponse,
  ...activation,
  ...softmax,
  ...arithmetic,
  ...trigonometry,
  ...reductions,
  ...linear,
  ...einsum,
  ...shapes,
  ...casting,
  ...quantisation,
  ...sizes,
  ...joining,
  ...indexing,
  ...scattering,
  ...selecting,
  ...scanning,
  ...padding,
  ...resampling,
  ...gridSampling,
  ...logic,
  ...bits,
};

/** The definition of an operator, by a name out of a file. */
export function operatorNamed(op: string): OperatorDefinition | undefined {
  return Object.hasOwn(operators, op) ? operators[op] : undefined;
}
