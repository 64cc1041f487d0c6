import { testGradients } from '../testing/grid';
import { resamplingGrid } from './resampling.grid';

testGradients(resamplingGrid);
