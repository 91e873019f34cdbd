// The names of operators that give one tensor. As a method and as a function each takes what it is given: the check is about
// CUDA, and an operator's exact signature is PyTorch's to judge. Those that give something else are declared by hand.
#pragma once

// Both x.name(...) and torch::name(x, ...).
#define BASIC_TENSOR_OPERATORS(_)                                                                                     \
    _(abs) _(abs_) _(absolute) _(acos) _(acosh) _(add) _(addbmm) _(addcdiv) _(addcmul) _(addmm) _(addmv) _(addr)      \
    _(all) _(amax) _(amin) _(angle) _(any) _(argmax) _(argmin) _(argsort) _(as_strided) _(asin) _(asinh) _(atan)      \
    _(atan2) _(atanh) _(baddbmm) _(bernoulli) _(bincount) _(bitwise_and) _(bitwise_left_shift) _(bitwise_not)         \
    _(bitwise_or) _(bitwise_right_shift) _(bitwise_xor) _(bmm) _(broadcast_to) _(bucketize) _(ceil) _(ceil_)          \
    _(clamp) _(clamp_) _(clamp_max) _(clamp_max_) _(clamp_min) _(clamp_min_) _(clip) _(clip_) _(clone) _(conj)        \
    _(copysign) _(cos) _(cos_) _(cosh) _(count_nonzero) _(cross) _(cumprod) _(cumsum) _(deg2rad) _(det) _(detach)     \
    _(diag) _(diag_embed) _(diagonal) _(diff) _(digamma) _(dist) _(div) _(divide) _(dot) _(dropout) _(dropout_)       \
    _(eq) _(erf) _(erf_) _(erfc) _(erfinv) _(exp) _(exp_) _(exp2) _(expm1) _(fill) _(fill_) _(flatten) _(flip)        \
    _(fliplr) _(flipud) _(floor) _(floor_) _(floor_divide) _(fmax) _(fmin) _(fmod) _(frac) _(gather) _(ge)            \
    _(greater) _(greater_equal) _(gt) _(hardshrink) _(hardsigmoid) _(hardswish) _(hardtanh) _(histc) _(hypot)         \
    _(index_add) _(index_copy) _(index_fill) _(index_select) _(inner) _(inverse) _(isclose) _(isfinite) _(isinf)      \
    _(isnan) _(kron) _(le) _(leaky_relu) _(leaky_relu_) _(lerp) _(less) _(less_equal) _(lgamma) _(log) _(log_)        \
    _(log10) _(log1p) _(log2) _(log_softmax) _(logaddexp) _(logcumsumexp) _(logical_and) _(logical_not)               \
    _(logical_or) _(logical_xor) _(logit) _(logsumexp) _(lt) _(masked_fill) _(masked_scatter) _(masked_select)        \
    _(matmul) _(matrix_exp) _(matrix_power) _(maximum) _(mean) _(minimum) _(mm) _(movedim) _(mul) _(multinomial)      \
    _(multiply) _(mv) _(nan_to_num) _(nanmean) _(nansum) _(narrow) _(ne) _(neg) _(neg_) _(negative) _(nonzero)        \
    _(norm) _(not_equal) _(numpy_T) _(outer) _(permute) _(pinverse) _(polar) _(positive) _(pow) _(prelu) _(prod)      \
    _(put) _(quantile) _(rad2deg) _(ravel) _(reciprocal) _(reciprocal_) _(relu) _(relu_) _(remainder) _(renorm)       \
    _(repeat_interleave) _(reshape) _(roll) _(rot90) _(round) _(round_) _(rsqrt) _(rsqrt_) _(rsub) _(scatter)         \
    _(scatter_add) _(scatter_reduce) _(select) _(selu) _(selu_) _(sgn) _(sigmoid) _(sigmoid_) _(sign) _(sin) _(sin_)  \
    _(sinc) _(sinh) _(slice) _(softmax) _(sqrt) _(sqrt_) _(square) _(square_) _(squeeze) _(sub) _(subtract) _(sum)    \
    _(swapaxes) _(t) _(take) _(take_along_dim) _(tan) _(tan_) _(tanh) _(tanh_) _(tensordot) _(threshold) _(tile)      \
    _(trace) _(transpose) _(tril) _(triu) _(true_divide) _(trunc) _(trunc_) _(unflatten) _(unsqueeze) _(vander)       \
    _(vdot) _(view_as_complex) _(view_as_real) _(where) _(xlogy) _(zero_)

// x.name(...) alone.
#define BASIC_TENSOR_METHODS(_)                                                                                       \
    _(add_) _(addmm_) _(addcmul_) _(addcdiv_) _(bernoulli_) _(copy_) _(cpu) _(cuda) _(cumsum_) _(detach_) _(div_)     \
    _(eq_) _(expand) _(expand_as) _(exponential_) _(fill_diagonal_) _(index_add_) _(index_copy_) _(index_fill_)       \
    _(index_put) _(log_normal_) _(masked_fill_) _(masked_scatter_) _(mul_) _(new_empty) _(new_full)     \
    _(new_ones) _(new_zeros) _(normal_) _(pow_) _(random_) _(repeat) _(requires_grad_) _(reshape_as) _(resize_)       \
    _(resize_as_) _(scatter_) _(scatter_add_) _(set_) _(squeeze_) _(sub_) _(sum_to_size) _(swapdims) _(t_) _(to)      \
    _(to_dense) _(to_sparse) _(transpose_) _(tril_) _(triu_) _(type_as) _(unfold) _(uniform_) _(unsqueeze_) _(view)   \
    _(view_as) _(contiguous) _(alias) _(pin_memory) _(lerp_) _(add_relu) _(sort_)

// torch::name(...) alone.
#define BASIC_TENSOR_FUNCTIONS(_)                                                                                     \
    _(adaptive_avg_pool1d) _(adaptive_avg_pool2d) _(adaptive_avg_pool3d) _(addmm_out) _(add_out) _(alpha_dropout)     \
    _(arange) _(avg_pool1d) _(avg_pool2d) _(avg_pool3d) _(batch_norm) _(bilinear) _(binary_cross_entropy)             \
    _(binary_cross_entropy_with_logits) _(block_diag) _(bmm_out) _(cat) _(cdist) _(celu) _(chain_matmul)              \
    _(complex) _(concat) _(concatenate) _(conv1d) _(conv2d) _(conv3d) _(conv_transpose1d) _(conv_transpose2d)         \
    _(conv_transpose3d) _(convolution) _(cosine_embedding_loss) _(cosine_similarity) _(cross_entropy_loss)            \
    _(cudnn_convolution) _(div_out) _(einsum) _(elu) _(embedding) _(empty) _(empty_like) _(empty_strided) _(exp_out)  \
    _(eye) _(feature_dropout) _(fft) _(from_blob) _(full) _(full_like) _(gelu) _(glu) _(grid_sampler) _(group_norm)   \
    _(hann_window) _(hinge_embedding_loss) _(hstack) _(huber_loss) _(im2col) _(instance_norm) _(kl_div) _(l1_loss)    \
    _(layer_norm) _(linear) _(linspace) _(logspace) _(margin_ranking_loss) _(matmul_out) _(max_pool1d)                \
    _(max_pool2d) _(max_pool3d) _(mish) _(mm_out) _(mse_loss) _(mul_out) _(native_dropout) _(nll_loss) _(normal)      \
    _(one_hot) _(ones) _(ones_like) _(pad) _(constant_pad_nd) _(pairwise_distance) _(pixel_shuffle)                   \
    _(poisson) _(promote_types) _(rand) _(rand_like) _(randint) _(randint_like) _(randn) _(randn_like) _(randperm)    \
    _(range) _(reflection_pad2d) _(replication_pad2d) _(rms_norm) _(rrelu) _(scalar_tensor)                           \
    _(scaled_dot_product_attention) _(silu) _(silu_) _(smooth_l1_loss) _(soft_margin_loss) _(softplus) _(softshrink)  \
    _(softsign) _(stack) _(sub_out) _(tanhshrink) _(tensor) _(triplet_margin_loss) _(upsample_bilinear2d)             \
    _(upsample_nearest2d) _(vstack) _(zeros) _(zeros_like) _(addmv_out) _(col2im) _(special_expit) _(std_out)         \
    _(sum_out) _(nuclear_norm) _(combinations) _(cartesian_prod) _(dstack) _(tril_indices) _(triu_indices)
