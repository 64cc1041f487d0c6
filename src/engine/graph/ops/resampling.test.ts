import { testGradients } from '../../../../test/support/graph/grid';
import { resamplingGrid } from './resampling.grid';

testGradients(resamplingGrid);
