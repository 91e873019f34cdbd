#include <torch/extension.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAGuard.h>

namespace py = pybind11;
using torch::indexing::Slice;

torch::Tensor doubled(torch::Tensor x);
int64_t launches_on_stream(torch::Tensor x);
torch::Tensor half_scaled(torch::Tensor x, double factor);
torch::Tensor packed_transpose(torch::Tensor x);
void beyond(torch::Tensor x);

// MARK: Parameters and results

std::tuple<int64_t, double, bool, std::string> scalars(int64_t i, double d, bool b, const std::string& s) {
    return {i + 1, d * 2, !b, s + "!"};
}
std::vector<int64_t> vectors(std::vector<int64_t> a, const std::vector<double>& b, at::IntArrayRef c) {
    std::vector<int64_t> all(a);
    for (double each : b) all.push_back(static_cast<int64_t>(each));
    all.insert(all.end(), c.begin(), c.end());
    return all;
}
std::vector<torch::Tensor> tensors(const std::vector<torch::Tensor>& all) {
    std::vector<torch::Tensor> made;
    for (const auto& each : all) made.push_back(each * 2);
    return made;
}
std::tuple<torch::Tensor, c10::optional<torch::Tensor>> pair(
    const torch::Tensor& x, const c10::optional<torch::Tensor>& bias, std::optional<double> scale) {
    torch::Tensor y = x.clone();
    if (bias.has_value()) y += *bias;
    if (scale) y.mul_(*scale);
    return {y, bias};
}
std::map<std::string, int64_t> counts(std::map<std::string, int64_t> all) {
    for (auto& each : all) each.second++;
    return all;
}
at::ScalarType kind_of(torch::Tensor x) { return x.scalar_type(); }
torch::Device place_of(torch::Tensor x) { return x.device(); }
at::Scalar scalar_of(at::Scalar value) { return value; }
py::object same(py::object value) { return value; }
py::list listed(int64_t count) {
    py::list all;
    for (int64_t i = 0; i < count; i++) all.append(i);
    return all;
}
torch::Tensor invoked(py::object function, torch::Tensor x) { return function(x, 2).cast<torch::Tensor>(); }
torch::Tensor named(torch::Tensor x, double alpha, int64_t times) { return x * alpha * times; }
std::string overloaded(int64_t) { return "int"; }
std::string overloaded(const std::string&) { return "str"; }

// MARK: What a tensor says

std::string described(torch::Tensor x) {
    std::ostringstream text;
    text << x.sizes() << x.strides() << x.dtype() << ' ' << x.scalar_type() << ' ' << x.device() << ' ' << x.numel() << ' '
         << x.dim() << ' ' << x.is_contiguous() << ' ' << x.storage_offset() << ' ' << x.element_size() << ' '
         << x.requires_grad() << ' ' << x.size(-1) << ' ' << x.is_floating_point();
    return text.str();
}
double accessed(torch::Tensor x) {
    auto a = x.accessor<float, 2>();
    double sum = 0;
    for (int64_t i = 0; i < a.size(0); i++)
        for (int64_t j = 0; j < a.size(1); j++) sum += a[i][j] * (i + 1);
    return sum;
}

// MARK: Operators

std::vector<torch::Tensor> operators(torch::Tensor x) {
    auto options = torch::TensorOptions().dtype(torch::kFloat32).device(x.device());
    auto made = torch::zeros({2, 3}, options);
    made.fill_(1.5);
    made.add_(x.sum().item<float>());
    auto y = torch::empty_like(x);
    y.copy_(x);
    y = y.view({-1}).unsqueeze(0).expand({2, x.numel()}).contiguous();
    auto [largest, where] = x.max(1);
    auto sorted = std::get<0>(x.sort(-1, true));
    auto parts = x.chunk(2, 0);
    return {
        made, y, largest, where, sorted, parts[0], x.to(torch::kHalf), x.to(torch::kDouble).sum(0, true), torch::cat({x, x}, 1),
        torch::softmax(x, 1), x.permute({1, 0}), x.transpose(0, 1).contiguous(), (x > 0).to(torch::kFloat), 2 - x / 3,
        torch::where(x > 0, x, torch::zeros_like(x)), x.index({Slice(), 0}), x.index({0, Slice(1, torch::indexing::None)}),
        x[0][1], x.mean({0, 1}, true), torch::arange(5, options), torch::matmul(x, x.t()), at::clamp(x, -1, 1), x.pow(2),
        torch::addmm(torch::ones({x.size(0), x.size(0)}, options), x, x.t(), 2, 3), x.select(0, 1), x.slice(1, 0, 2), -x,
        torch::full({2}, 7, options), torch::tensor({1.0f, 2.0f}, options), x.argmax(1), x.std(1), torch::stack({x, x}),
        torch::add(x, x, 2), x.norm(), torch::nn::functional::gelu(x), x.clamp_min(0).sqrt(), x.sum(torch::kDouble),
    };
}
torch::Tensor assigned(torch::Tensor x) {
    x.index_put_({0, 0}, 5.0);
    x[1] = x[0] * 10;
    x[0][1] = 3;
    return x;
}
torch::Tensor resized(torch::Tensor x) {
    x.resize_({7});
    TORCH_CHECK(x.numel() == 7 && x.size(0) == 7, "the handle's description is renewed");
    return x;
}
std::vector<torch::Tensor> convolved(torch::Tensor x, torch::Tensor w, torch::Tensor b) {
    namespace F = torch::nn::functional;
    return {
        torch::conv2d(x, w, b, 1, {1, 1}), F::conv2d(x, w, F::Conv2dFuncOptions().bias(b).padding(1)),
        torch::max_pool2d(x, {2, 2}), F::max_pool2d(x, F::MaxPool2dFuncOptions(2).stride(2)),
    };
}

// MARK: Exceptions

void fails(int64_t how, torch::Tensor x) {
    switch (how) {
        case 0: TORCH_CHECK(x.numel() == 0, "numel is ", x.numel(), ", not ", 0);
        case 1: throw std::invalid_argument("invalid");
        case 2: throw std::out_of_range("range");
        case 3: throw std::runtime_error("runtime");
        case 4: throw py::type_error("type");
        case 5: TORCH_CHECK_INDEX(false, "index");
        case 6: TORCH_CHECK_VALUE(false, "value");
        case 7: x.view({1000003}); break;
        case 8: x.data_ptr<int>(); break;
        case 9: throw 1;
        case 10: TORCH_CHECK_NOT_IMPLEMENTED(false, "not yet");
        case 11: x.size(9); break;
        case 12: torch::Tensor().sizes(); break;
        case 13: TORCH_CHECK(how < 0);
        case 14: C10_CUDA_CHECK(cudaErrorInvalidValue);
        default: break;
    }
}
bool caught(torch::Tensor x) {
    try {
        x.view({1000003});
    } catch (const c10::Error& error) {
        return std::string(error.what()).find("invalid") != std::string::npos;
    }
    return false;
}

PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {
    m.doc() = "every part of the bridge";
    m.attr("version") = 3;
    m.def("scalars", &scalars);
    m.def("vectors", &vectors);
    m.def("tensors", &tensors);
    m.def("pair", &pair, py::arg("x"), py::arg("bias") = py::none(), py::arg("scale") = 2.0, "x plus bias");
    m.def("counts", &counts);
    m.def("kind_of", &kind_of);
    m.def("place_of", &place_of);
    m.def("scalar_of", &scalar_of);
    m.def("same", &same);
    m.def("listed", &listed);
    m.def("invoked", &invoked);
    m.def("named", &named, "scales", py::arg("x"), py::arg("alpha") = 1.0, py::arg("times"));
    m.def("overloaded", py::overload_cast<int64_t>(&overloaded));
    m.def("overloaded", py::overload_cast<const std::string&>(&overloaded));
    m.def("lambda_of", [](torch::Tensor x, int n) { return x + n; });
    m.def("described", &described);
    m.def("accessed", &accessed);
    m.def("operators", &operators);
    m.def("assigned", &assigned);
    m.def("resized", &resized);
    m.def("convolved", &convolved);
    m.def("fails", &fails);
    m.def("caught", &caught);
    m.def("doubled", &doubled);
    m.def("launches_on_stream", &launches_on_stream);
    m.def("half_scaled", &half_scaled);
    m.def("packed_transpose", &packed_transpose);
    m.def("beyond", &beyond);
    m.def("raw", [](const float* x, int n) { return x ? *x * n : -1; });
    m.def("no_gradient", [](torch::Tensor x) {
        torch::NoGradGuard guard;
        return (x * 2).requires_grad();
    });
}

TORCH_LIBRARY(basic_bridge_test, m) {
    m.def("twice(Tensor x, float by=2.0) -> Tensor");
    m.def("plus_one", [](const at::Tensor& x) { return x + 1; });
}
TORCH_LIBRARY_IMPL(basic_bridge_test, CPU, m) {
    m.impl("twice", [](const at::Tensor& x, double by) { return x * by; });
}
TORCH_LIBRARY_IMPL(basic_bridge_test, CUDA, m) {
    m.impl("twice", [](const at::Tensor& x, double by) { return doubled(x) * (by / 2); });
}
