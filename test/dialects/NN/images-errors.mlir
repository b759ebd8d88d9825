// RUN: swage-opt %s -split-input-file -verify-diagnostics

func.func @bytes(%x: tensor<8xi8>) {
  // expected-error @below {{an encoded image is a vector of bytes, not 'tensor<8xi8>'}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.decode_image %x {order = "rgb"} : tensor<8xi8> -> tensor<?x?x3xi8>
  return
}

// -----

func.func @order(%x: tensor<8xui8>) {
  // expected-error @below {{there is no order 'hsv' of channels; it is rgb, bgr or gray}}
  // expected-error @below {{failed to infer returned types}}
  %0 = nn.decode_image %x {order = "hsv"} : tensor<8xui8> -> tensor<?x?x3xui8>
  return
}
