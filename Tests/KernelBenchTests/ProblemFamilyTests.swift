import KernelBench
import Testing

@Suite struct ProblemFamilyTests {
  @Test(arguments: [
    ("19_ReLU", ProblemFamily.activation), ("32_HardTanh", .activation), ("88_MinGPTNewGelu", .activation),
    ("23_Softmax", .softmax), ("24_LogSoftmax", .softmax), ("37_FrobeniusNorm_", .normalization),
    ("41_Max_Pooling_1D", .pooling), ("49_Max_reduction_over_a_dimension", .reduction),
    ("51_Argmax_over_a_dimension", .reduction), ("1_Square_matrix_multiplication_", .matrixProduct),
    ("12_Matmul_with_diagonal_matrices_", .matrixProduct),
    ("54_conv_standard_3D__square_input__square_kernel", .convolution),
    ("89_cumsum", .scan), ("98_KLDivLoss", .loss), ("97_ScaledDotProductAttention", .attention),
    ("40_Matmul_Scaling_ResidualAdd", .matrixProduct), ("1_Conv2D_ReLU_BiasAdd", .convolution), ("7_Nameless", .other),
  ])
  func `a name tells the family`(name: String, family: ProblemFamily) {
    #expect(ProblemFamily(name: name) == family)
  }
}
