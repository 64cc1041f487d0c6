import { testGradients } from '../../../../test/support/graph/grid';
import { linearGrid } from './linear.grid';

testGradients(linearGrid);
