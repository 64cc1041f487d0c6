import { testGradients } from '../../../../test/support/graph/grid';
import { joiningGrid } from './joining.grid';

testGradients(joiningGrid);
