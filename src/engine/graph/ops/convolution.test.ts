import { testGradients } from '../testing/grid';
import { convolutionGrid } from './convolution.grid';

testGradients(convolutionGrid);
