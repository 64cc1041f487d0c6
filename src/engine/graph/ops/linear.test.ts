import { testGradients } from '../testing/grid';
import { linearGrid } from './linear.grid';

testGradients(linearGrid);
